using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Weft.ApiServer.Schemas.Decoding;

namespace Weft.ApiServer.Streaming;

/// <summary>Connects the channels of a client with the streams of a process.</summary>
internal sealed class ExecStreams(ChannelSocket socket, IExecSession session)
{
    // A process may leave a child behind that holds its output open; its own output is here by then.
    private static readonly TimeSpan OutputGrace = TimeSpan.FromSeconds(2);

    // The receiving loop also answers pings, so it must not wait for a process that does not read: up to 64 messages lie here.
    private readonly Channel<byte[]> _stdin = Channel.CreateBounded<byte[]>(64);

    /// <summary>Runs until the process ends, or the client leaves.</summary>
    /// <exception cref="OperationCanceledException">The client left; dispose the session to end the process.</exception>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        using var left = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var receiving = ReceiveAsync(left);
        var writing = WriteStdinAsync(left.Token);
        var outputs = Task.WhenAll(Pump(ChannelSocket.Stdout, session.Stdout, left.Token), Pump(ChannelSocket.Stderr, session.Stderr, left.Token));
        try
        {
            var code = await session.ExitCode.WaitAsync(left.Token);
            await Task.WhenAny(outputs, Task.Delay(OutputGrace, left.Token));
            return code;
        }
        finally
        {
            _stdin.Writer.TryComplete();
            if (!outputs.IsCompleted)
                await left.CancelAsync();
            _ = Quietly(receiving);
            _ = Quietly(writing);
            _ = Quietly(outputs);
        }
    }

    private Task Pump(byte channel, Stream? source, CancellationToken ct) => source is null ? Task.CompletedTask : socket.PumpAsync(channel, source, ct);

    private async Task ReceiveAsync(CancellationTokenSource left)
    {
        await foreach (var (channel, data) in socket.ReceiveAsync())
        {
            switch (channel)
            {
                case ChannelSocket.Stdin when data.Length > 0:
                    await _stdin.Writer.WriteAsync(data.ToArray(), left.Token);
                    break;
                case ChannelSocket.Close when data.Length == 1 && data.Span[0] == ChannelSocket.Stdin:
                    _stdin.Writer.TryComplete();
                    break;
                case ChannelSocket.Resize:
                    Resize(data.Span);
                    break;
            }
        }
        if (!session.ExitCode.IsCompleted)
            await left.CancelAsync();
    }

    private async Task WriteStdinAsync(CancellationToken ct)
    {
        if (session.Stdin is not { } stdin)
            return;
        try
        {
            await foreach (var data in _stdin.Reader.ReadAllAsync(ct))
            {
                await stdin.WriteAsync(data, ct);
                await stdin.FlushAsync(ct);
            }
            await stdin.DisposeAsync();
        }
        catch (IOException)
        {
            // The process does not read any more; what else comes is of no use to it.
            await foreach (var _ in _stdin.Reader.ReadAllAsync(ct))
            {
            }
        }
    }

    private void Resize(ReadOnlySpan<byte> json)
    {
        try
        {
            if (JsonNode.Parse(json) is JsonObject size && size.Number("Width") is > 0 and <= ushort.MaxValue and var width
                && size.Number("Height") is > 0 and <= ushort.MaxValue and var height)
                session.Resize((int)width, (int)height);
        }
        catch (JsonException)
        {
            // A size that nobody can read changes nothing.
        }
    }

    private static async Task Quietly(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
