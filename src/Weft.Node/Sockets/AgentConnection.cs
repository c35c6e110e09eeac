using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Weft.Node.Sockets;

/// <summary>Somebody who asks the agent.</summary>
internal sealed class AgentConnection(Socket socket) : IDisposable
{
    // Names have at most 253 characters, and a pod has a few addresses.
    private const int LongestQuestion = 8 * 1024;

    /// <summary>Sends a line.</summary>
    /// <param name="line">Without its break.</param>
    /// <param name="gone">Cancelled when nobody waits for it any more.</param>
    public async Task SendAsync(ReadOnlyMemory<byte> line, CancellationToken gone)
    {
        byte[] bytes = [.. line.Span, (byte)'\n'];
        for (var sent = 0; sent < bytes.Length;)
            sent += await socket.SendAsync(bytes.AsMemory(sent), gone).ConfigureAwait(false);
    }

    /// <summary>Sends what is wrong.</summary>
    public Task SendErrorAsync(string message, CancellationToken gone) =>
        SendAsync(Encoding.UTF8.GetBytes($$"""{"error":"{{JsonEncodedText.Encode(message)}}"}"""), gone);

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    /// <summary>Reads the question.</summary>
    internal async Task<byte[]> ReadLineAsync(CancellationToken cancel)
    {
        var buffer = new byte[LongestQuestion];
        var used = 0;
        while (used < buffer.Length)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(used), cancel).ConfigureAwait(false);
            if (count == 0)
                break;
            used += count;
            if (buffer.AsSpan(0, used).IndexOf((byte)'\n') is >= 0 and var end)
                return buffer[..end];
        }

        return buffer[..used];
    }

    /// <summary>Cancels when the other end closes: who no longer waits closes its end.</summary>
    internal async Task EndAsync(CancellationTokenSource gone)
    {
        try
        {
            while (await socket.ReceiveAsync(new byte[16], gone.Token).ConfigureAwait(false) > 0)
            {
            }

            await gone.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It has been answered.
        }
    }
}
