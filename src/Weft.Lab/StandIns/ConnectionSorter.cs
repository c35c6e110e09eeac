using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Weft.Lab.Native.StandIns;

namespace Weft.Lab.StandIns;

/// <summary>Accepts connections, looks at their first bytes, and hands them to Kestrel or gives their bytes back.</summary>
internal sealed class ConnectionSorter(SortedConnections sorted)
{
    private const long Buffered = 64 * 1024;

    private readonly SemaphoreSlim _free = new(Limits.Connections);
    private readonly SocketTransportFactory _sockets = new(
        Options.Create(new SocketTransportOptions { MaxReadBufferSize = Buffered, MaxWriteBufferSize = Buffered }), NullLoggerFactory.Instance);

    /// <summary>Accepts for as long as the process lives; at most <see cref="Limits.Connections"/> are open, more wait in the kernel's backlog.</summary>
    public async Task AcceptAsync(EndPoint endpoint)
    {
        var listener = await _sockets.BindAsync(endpoint).ConfigureAwait(false);
        while (true)
        {
            await _free.WaitAsync().ConfigureAwait(false);
            if (await listener.AcceptAsync().ConfigureAwait(false) is not { } connection)
                return;
            connection.ConnectionClosed.Register(() => _free.Release());
            _ = SortAsync(connection);
        }
    }

    private async Task SortAsync(ConnectionContext connection)
    {
        try
        {
            var speech = await ListenAsync(connection.Transport.Input).ConfigureAwait(false);
            if (speech is not Speech.Raw && sorted.Add(speech, connection))
                return;
            await EchoAsync(connection.Transport).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ConnectionAbortedException or ConnectionResetException or OperationCanceledException)
        {
            // The peer has gone.
        }

        await connection.DisposeAsync().ConfigureAwait(false);
    }

    // Leaves every byte in the pipe. What may still become a known start is waited for, but not for long: an echo must not be held back.
    private static async Task<Speech> ListenAsync(PipeReader input)
    {
        using var patience = new Timer(_ => input.CancelPendingRead());
        while (true)
        {
            var result = await input.ReadAsync().ConfigureAwait(false);
            var speech = Greeting.Of(result.Buffer);
            if (speech is Speech.Open && !result.IsCompleted && !result.IsCanceled)
            {
                if (!result.Buffer.IsEmpty)
                    patience.Change(Limits.GreetingPatience, Timeout.Infinite);
                input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                continue;
            }

            input.AdvanceTo(result.Buffer.Start);
            return speech is Speech.Open ? Speech.Raw : speech;
        }
    }

    // The pipes stop reading from the socket when the peer does not take its bytes back.
    private static async Task EchoAsync(IDuplexPipe transport)
    {
        while (true)
        {
            // Bytes that were looked at and found open do not complete another read, but these are there for sure.
            if (!transport.Input.TryRead(out var result))
                result = await transport.Input.ReadAsync().ConfigureAwait(false);
            foreach (var part in result.Buffer)
                await transport.Output.WriteAsync(part).ConfigureAwait(false);
            transport.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
                return;
        }
    }
}
