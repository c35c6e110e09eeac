using System.Buffers;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;

namespace Weft.ApiServer.Streaming;

/// <summary>The streams of one command, multiplexed over a WebSocket.</summary>
/// <remarks>
/// <code>
/// message = channel (1 byte) data*      0 stdin  1 stdout  2 stderr  3 error  4 resize
/// v5 only:  255 channel                 the channel is closed in this direction
/// </code>
/// Source: apimachinery <c>remotecommand</c> constants and KEP-4006.
/// </remarks>
/// <param name="aborted">The connection is gone. Nothing else may cancel a send or a receive: either would tear the connection down.</param>
internal sealed class ChannelSocket(WebSocket socket, CancellationToken aborted) : IDisposable
{
    public const byte Stdin = 0;
    public const byte Stdout = 1;
    public const byte Stderr = 2;
    public const byte Error = 3;
    public const byte Resize = 4;
    public const byte Close = 255;

    // What an io.Copy of the Go side moves at once.
    private const int BufferBytes = 32 * 1024;

    private static readonly string[] Protocols = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

    // A client answers a close at once; the connection is not held for one that does not.
    private static readonly TimeSpan CloseGrace = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Upgrades the request with the newest protocol that both sides know.</summary>
    /// <exception cref="PodRuntimeException">The client speaks SPDY, or only older protocols.</exception>
    public static async Task<ChannelSocket> AcceptAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
            throw new PodRuntimeException("BadRequest", "this server streams over WebSocket only, not SPDY: use kubectl 1.31 or later");
        var offered = context.WebSockets.WebSocketRequestedProtocols;
        var protocol = Array.Find(Protocols, offered.Contains)
            ?? throw new PodRuntimeException("BadRequest", $"none of the offered protocols [{string.Join(' ', offered)}] is known: want one of [{string.Join(' ', Protocols)}]");
        return new ChannelSocket(await context.WebSockets.AcceptWebSocketAsync(protocol), context.RequestAborted);
    }

    /// <summary>Sends one message; an empty one tells the client that the channel is open.</summary>
    public async Task SendAsync(byte channel, ReadOnlyMemory<byte> data)
    {
        var frame = ArrayPool<byte>.Shared.Rent(data.Length + 1);
        frame[0] = channel;
        data.CopyTo(frame.AsMemory(1));
        await _sending.WaitAsync(aborted);
        try
        {
            await socket.SendAsync(frame.AsMemory(0, data.Length + 1), WebSocketMessageType.Binary, endOfMessage: true, aborted);
        }
        finally
        {
            _sending.Release();
            ArrayPool<byte>.Shared.Return(frame);
        }
    }

    /// <summary>Sends all of <paramref name="source"/>, until its end or until nobody waits for it.</summary>
    public async Task PumpAsync(byte channel, Stream source, CancellationToken ct)
    {
        var buffer = new byte[BufferBytes];
        int count;
        while ((count = await ReadAsync(source, buffer, ct)) > 0)
            await SendAsync(channel, buffer.AsMemory(0, count));
    }

    /// <summary>The messages of the client, until it closes or is gone. A long message comes in parts, each with its channel.</summary>
    public async IAsyncEnumerable<(byte Channel, ReadOnlyMemory<byte> Data)> ReceiveAsync()
    {
        var buffer = new byte[BufferBytes];
        byte? channel = null;
        while (await NextAsync(buffer) is { } part)
        {
            var data = buffer.AsMemory(0, part.Count);
            if (channel is null && part.Count > 0)
            {
                channel = buffer[0];
                data = data[1..];
            }
            if (channel is { } known)
                yield return (known, data);
            if (part.EndOfMessage)
                channel = null;
        }
    }

    /// <summary>Says goodbye and lets the client read to the end; does nothing when it is gone. Someone must be receiving.</summary>
    public async Task FinishAsync()
    {
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, aborted);
            await Task.WhenAny(_closed.Task, Task.Delay(CloseGrace, aborted));
        }
        catch (Exception e) when (e is WebSocketException or InvalidOperationException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        _sending.Dispose();
    }

    private async Task<ValueWebSocketReceiveResult?> NextAsync(byte[] buffer)
    {
        try
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), aborted);
            if (part.MessageType != WebSocketMessageType.Close)
                return part;
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
        }
        _closed.TrySetResult();
        return null;
    }

    // A terminal's master side fails with EIO once the last process has closed the other side.
    private static async Task<int> ReadAsync(Stream source, byte[] buffer, CancellationToken ct)
    {
        try
        {
            return await source.ReadAsync(buffer, ct);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            return 0;
        }
    }
}
