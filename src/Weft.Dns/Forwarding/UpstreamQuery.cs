using System.Security.Cryptography;
using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Dns.Forwarding;

/// <summary>Queries to other servers: whoever forges an answer must guess what is left to chance here (RFC 5452).</summary>
internal static class UpstreamQuery
{
    private const int EmptyOpt = 11;

    /// <summary>Writes a query with an id by chance, and with the case of letters by chance when that is wished for.</summary>
    public static byte[] Write(DnsName name, DnsType type, bool mixCase)
    {
        Span<byte> random = stackalloc byte[2 + DnsName.MaxLength];
        RandomNumberGenerator.Fill(random);
        Span<byte> mixed = stackalloc byte[name.Wire.Length];
        for (var i = 0; i < mixed.Length; i++)
        {
            var lower = NameBytes.Lower(name.Wire[i]);
            mixed[i] = mixCase && lower is >= (byte)'a' and <= (byte)'z' && (random[2 + i] & 1) != 0 ? (byte)(lower & ~0x20) : lower;
        }

        var writer = new MessageWriter(new byte[DnsHeader.Length + mixed.Length + 4 + EmptyOpt]);
        writer.TryWriteQuestion(mixed, type);
        Edns.TryWrite(ref writer, Serving.Responder.LongestDatagram, DnsCode.NoError, wantsSignatures: false, []);
        return writer.Finish(new DnsHeader((ushort)(random[0] << 8 | random[1]), DnsFlags.RecursionDesired, 1, Additional: 1)).ToArray();
    }
}
