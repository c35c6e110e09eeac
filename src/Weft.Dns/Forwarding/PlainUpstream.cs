using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Dns.Forwarding;

/// <summary>A server asked by datagrams, and on a connection when its answer does not fit into one (RFC 1035, section 4.2; RFC 7766).</summary>
/// <remarks>
/// Each query has a socket, and so a source port, of its own: besides the id that is what somebody who forges answers must guess (RFC 5452). The socket is
/// connected, so that the kernel passes nothing of others on and a closed port is heard of at once.
/// </remarks>
public sealed class PlainUpstream(IPEndPoint server) : IUpstream
{
    // Whoever forges answers sends many: this many wrong ones, and the server is asked no more for this query.
    private const int MostForged = 16;

    /// <inheritdoc/>
    public string Name { get; } = server.ToString();

    /// <inheritdoc/>
    public async ValueTask<int> ExchangeAsync(ReadOnlyMemory<byte> query, Memory<byte> answer, CancellationToken ct)
    {
        try
        {
            var length = await ByDatagramAsync(query, answer, ct).ConfigureAwait(false);
            return (DnsHeader.Read(answer.Span).Flags & DnsFlags.Truncated) == 0 ? length : await OnStreamAsync(query, answer, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new UpstreamException($"{Name}: {e.Message}", e);
        }
    }

    private async Task<int> ByDatagramAsync(ReadOnlyMemory<byte> query, Memory<byte> answer, CancellationToken ct)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, ct).ConfigureAwait(false);
        await socket.SendAsync(query, ct).ConfigureAwait(false);
        for (var forged = 0; forged < MostForged; forged++)
        {
            var length = await socket.ReceiveAsync(answer, ct).ConfigureAwait(false);
            if (IsAnswer(query.Span, answer.Span[..length]))
                return length;
        }

        throw new UpstreamException($"{Name}: {MostForged} answers to other queries: somebody may be forging them");
    }

    private async Task<int> OnStreamAsync(ReadOnlyMemory<byte> query, Memory<byte> answer, CancellationToken ct)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, ct).ConfigureAwait(false);
        using var stream = new NetworkStream(socket);
        var framed = new byte[query.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)query.Length);
        query.CopyTo(framed.AsMemory(2));
        await stream.WriteAsync(framed, ct).ConfigureAwait(false);
        await stream.ReadExactlyAsync(framed.AsMemory(0, 2), ct).ConfigureAwait(false);
        int length = BinaryPrimitives.ReadUInt16BigEndian(framed);
        await stream.ReadExactlyAsync(answer[..length], ct).ConfigureAwait(false);
        return IsAnswer(query.Span, answer.Span[..length]) ? length : throw new UpstreamException($"{Name}: the answer on the connection is to another query");
    }

    /// <summary>Whether a message answers a query: same id, same question, letter by letter (draft-vixie-dnsext-dns0x20).</summary>
    internal static bool IsAnswer(ReadOnlySpan<byte> query, ReadOnlySpan<byte> answer)
    {
        if (answer.Length < DnsHeader.Length || !answer[..2].SequenceEqual(query[..2]))
            return false;
        Span<byte> asked = stackalloc byte[DnsName.MaxLength], answered = stackalloc byte[DnsName.MaxLength];
        var left = new MessageReader(query);
        var right = new MessageReader(answer);
        return left.TryReadHeader(out _) && right.TryReadHeader(out var header)
            && (header.Flags & DnsFlags.Response) != 0 && header.Questions == 1
            && left.TryReadQuestion(asked, out var first) && right.TryReadQuestion(answered, out var second)
            && first == second && asked[..first.NameLength].SequenceEqual(answered[..second.NameLength]);
    }
}
