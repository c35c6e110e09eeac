using System.Buffers.Binary;
using Weft.Model.Dns;

namespace Weft.Dns.Wire;

/// <summary>Options of EDNS by their number (IANA, DNS EDNS0 option codes).</summary>
public enum EdnsOption : ushort
{
    /// <summary>Which server answers (RFC 5001).</summary>
    Nsid = 3,

    /// <summary>For which network the answer is (RFC 7871).</summary>
    ClientSubnet = 8,

    /// <summary>Proof that a client has its address (RFC 7873).</summary>
    Cookie = 10,

    /// <summary>How long a TCP connection may be idle (RFC 7828).</summary>
    TcpKeepalive = 11,

    /// <summary>Bytes without meaning (RFC 7830).</summary>
    Padding = 12,

    /// <summary>Why the answer is what it is (RFC 8914).</summary>
    ExtendedError = 15,
}

/// <summary>What the OPT record of a message says (RFC 6891, section 6.1).</summary>
/// <remarks>
/// <code>
/// NAME root | TYPE 41 | CLASS: payload size | TTL: upper code 8, version 8, DO 1, zero 15 | RDLENGTH | options
/// option:  CODE 16 | LENGTH 16 | DATA
/// </code>
/// </remarks>
/// <param name="PayloadSize">Longest datagram that the sender takes, in bytes; below 512 it counts as 512.</param>
/// <param name="UpperCode">The upper eight bits of the code.</param>
/// <param name="Version">Zero is the only one.</param>
/// <param name="WantsSignatures">DO: the sender wants the records of DNSSEC.</param>
/// <param name="OptionsStart">Where in the message the options begin.</param>
/// <param name="OptionsLength">How many bytes they have.</param>
public readonly record struct Edns(ushort PayloadSize, byte UpperCode, byte Version, bool WantsSignatures, int OptionsStart, int OptionsLength)
{
    private const uint SignaturesBit = 0x8000;

    /// <summary>Reads an OPT record.</summary>
    public static Edns Read(in RecordHead record) => new(
        Math.Max((ushort)record.Class, (ushort)512), (byte)(record.Ttl >> 24), (byte)(record.Ttl >> 16), (record.Ttl & SignaturesBit) != 0, record.DataStart, record.DataLength);

    /// <summary>Finds an option; false when it is not there, or the options do not fit in their record.</summary>
    public bool TryFind(ReadOnlySpan<byte> message, EdnsOption option, out ReadOnlySpan<byte> data)
    {
        var rest = message.Slice(OptionsStart, OptionsLength);
        while (rest.Length >= 4)
        {
            var (code, length) = (BinaryPrimitives.ReadUInt16BigEndian(rest), BinaryPrimitives.ReadUInt16BigEndian(rest[2..]));
            if (rest.Length - 4 < length)
                break;
            if (code == (ushort)option)
            {
                data = rest.Slice(4, length);
                return true;
            }

            rest = rest[(4 + length)..];
        }

        data = default;
        return false;
    }

    /// <summary>Writes an OPT record.</summary>
    /// <param name="options">Options as <see cref="PutOption"/> wrote them.</param>
    public static bool TryWrite(ref MessageWriter writer, ushort payloadSize, DnsCode code, bool wantsSignatures, scoped ReadOnlySpan<byte> options) =>
        writer.TryWriteRecord([0], DnsType.OPT, ((uint)code >> 4 << 24) | (wantsSignatures ? SignaturesBit : 0), options, (DnsClass)payloadSize);

    /// <summary>Writes an option to a buffer with room for it; returns its length.</summary>
    public static int PutOption(Span<byte> buffer, EdnsOption option, ReadOnlySpan<byte> data)
    {
        BinaryPrimitives.WriteUInt16BigEndian(buffer, (ushort)option);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[2..], (ushort)data.Length);
        data.CopyTo(buffer[4..]);
        return 4 + data.Length;
    }
}
