using System.Net.Sockets;
using System.Net;

namespace Weft.Dns.Serving;

/// <summary>Queries that wait for others, of all sockets for datagrams together, so that their number has a limit.</summary>
internal sealed class DeferredAnswers(DnsService service, int most)
{
    private int _waiting;

    /// <summary>Answers later; false when too many wait already.</summary>
    /// <param name="peer">The client, as the kernel writes addresses.</param>
    public bool TryBegin(Socket socket, in DnsClient client, ReadOnlySpan<byte> query, ReadOnlySpan<byte> peer)
    {
        if (Interlocked.Increment(ref _waiting) > most)
        {
            Interlocked.Decrement(ref _waiting);
            return false;
        }

        var address = new SocketAddress(socket.AddressFamily, peer.Length);
        peer.CopyTo(address.Buffer.Span);
        _ = AnswerAsync(socket, client, query.ToArray(), address);
        return true;
    }

    private async Task AnswerAsync(Socket socket, DnsClient client, byte[] query, SocketAddress address)
    {
        try
        {
            var answer = new byte[Responder.LongestDatagram];
            var length = await service.AnswerAsync(client, query, answer).ConfigureAwait(false);
            if (length > 0)
                socket.SendTo(answer.AsSpan(0, length), SocketFlags.None, address);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // A client that is gone, or a network that is full, is the client's loss; it asks again.
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
