using System.Net.Sockets;
using System.Text.Json;
using Weft.Netlink;
using Weft.Netlink.Libc;

namespace Weft.Lab.Control;

/// <summary>The lab's side of the control socket: one request and one answer per connection, from the lab's owner only.</summary>
public sealed class ControlServer : IDisposable
{
    private const int MaxRequest = 1 << 16;
    private readonly Socket _listener;
    private readonly Func<ControlRequest, Socket?, CancellationToken, Task<ControlReply>> _answer;

    /// <summary>Listens at <paramref name="path"/>; a leftover of an earlier run is replaced.</summary>
    /// <param name="path">Of the Unix socket, in a folder that only its owner may enter.</param>
    /// <param name="answer">Answers one request; the socket that came with it, if any, is its to close.</param>
    public ControlServer(string path, Func<ControlRequest, Socket?, CancellationToken, Task<ControlReply>> answer)
    {
        _answer = answer;
        File.Delete(path);
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _listener.Listen(64);
    }

    /// <summary>Answers until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            var connection = await _listener.AcceptAsync(ct).ConfigureAwait(false);
            _ = Task.Run(() => ServeAsync(connection, ct), CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync(Socket connection, CancellationToken ct)
    {
        using var _ = connection;
        ControlReply reply;
        try
        {
            var (request, passed) = Receive(connection);
            reply = await _answer(request, passed, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LabException or JsonException or SocketException or NetlinkException)
        {
            reply = new ControlReply { Error = e.Message };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            reply = new ControlReply { Error = $"the lab failed to answer: {e.Message}" };
            await Console.Error.WriteLineAsync($"control: {e}").ConfigureAwait(false);
        }

        try
        {
            using var passed = reply.Passed;
            var bytes = JsonSerializer.SerializeToUtf8Bytes(reply, LabJson.Default.ControlReply);
            if (passed is null)
                await connection.SendAsync(bytes, ct).ConfigureAwait(false);
            else
                UnixSockets.Send((int)connection.Handle, bytes, (int)passed.Handle);
        }
        catch (Exception e) when (e is SocketException or NetlinkException)
        {
            // The one who asked is gone; there is nobody to tell.
        }
    }

    private static (ControlRequest Request, Socket? Passed) Receive(Socket connection)
    {
        connection.ReceiveTimeout = 5000;
        var buffer = new byte[MaxRequest];
        Socket? passed = null;
        var length = 0;
        while (length < buffer.Length)
        {
            var read = UnixSockets.Receive((int)connection.Handle, buffer.AsSpan(length), out var descriptors);
            foreach (var descriptor in descriptors)
                passed = new Socket(new SafeSocketHandle(descriptor.Release(), ownsHandle: true));
            if (read == 0)
                break;
            length += read;
            if (buffer.AsSpan(0, length).Contains((byte)'\n'))
                break;
        }

        var request = JsonSerializer.Deserialize(buffer.AsSpan(0, length).TrimEnd((byte)'\n'), LabJson.Default.ControlRequest)
            ?? throw new LabException("the request is empty");
        return (request, passed);
    }
}
