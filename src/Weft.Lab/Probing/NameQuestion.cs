using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Lab.Probing;

/// <summary>Asks cluster DNS for an address by a socket inside a network namespace, as the resolver of a pod would.</summary>
internal static class NameQuestion
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(300);

    /// <summary>The first address of a name; null when cluster DNS says that there is none of this family.</summary>
    /// <exception cref="OperationCanceledException">Nobody has answered.</exception>
    public static async Task<IPAddress?> AskAsync(string namespacePath, DnsName name, AddressFamily family, CancellationToken ct)
    {
        var isV6 = family == AddressFamily.InterNetworkV6;
        var (type, id) = (isV6 ? DnsType.AAAA : DnsType.A, (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue));
        using var socket = Prober.Open(namespacePath, family, "udp");
        await socket.ConnectAsync(new IPEndPoint(NodeLocalDns.Of(isV6).ToIPAddress(), NodeLocalDns.Port), ct).ConfigureAwait(false);
        var (query, received) = (Query(id, name, type), new byte[ushort.MaxValue]);
        while (true)
        {
            await socket.SendAsync(query, ct).ConfigureAwait(false);
            using var again = CancellationTokenSource.CreateLinkedTokenSource(ct);
            again.CancelAfter(Again);
            try
            {
                var length = await socket.ReceiveAsync(received, again.Token).ConfigureAwait(false);
                if (DnsMessage.TryRead(received.AsSpan(0, length), out var answer) && answer.Header.Id == id)
                    return answer.Answers.FirstOrDefault(record => record.Type == type) is { } record ? new IPAddress(record.Data.Span) : null;
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
            }
        }
    }

    private static byte[] Query(ushort id, DnsName name, DnsType type)
    {
        var writer = new MessageWriter(new byte[DnsHeader.Length + DnsName.MaxLength + (2 * sizeof(ushort))]);
        writer.TryWriteQuestion(name.Wire, type);
        return writer.Finish(new DnsHeader(id, DnsFlags.RecursionDesired, 1)).ToArray();
    }
}
