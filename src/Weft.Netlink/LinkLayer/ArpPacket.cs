using System.Buffers.Binary;
using Weft.Model;

namespace Weft.Netlink.LinkLayer;

/// <summary>ARP for IPv4 over Ethernet (RFC 826).</summary>
/// <remarks>
/// <code>
/// hardware:u16=1 protocol:u16=0x800 hlen:u8=6 plen:u8=4 operation:u16 sender-mac:6 sender-ip:4 target-mac:6 target-ip:4
/// </code>
/// </remarks>
/// <param name="Operation">Request or reply.</param>
/// <param name="SenderMac">Whose <paramref name="SenderIp"/> is.</param>
/// <param name="SenderIp">0.0.0.0 in a probe (RFC 5227).</param>
/// <param name="TargetMac">Zero where unknown.</param>
/// <param name="TargetIp">The address that is asked for.</param>
public readonly record struct ArpPacket(ArpOperation Operation, MacAddress SenderMac, IpAddress SenderIp, MacAddress TargetMac, IpAddress TargetIp)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Length = 28;

    /// <summary>Where the addresses lie in a packet: for filters.</summary>
    internal const int SenderIpOffset = 14, TargetIpOffset = 24;

    // hardware, protocol, hlen, plen
    private const ulong EthernetIPv4 = 0x0001_0800_06_04;
    private const int SenderMacOffset = 8;
    private const int TargetMacOffset = 18;

    /// <summary>Tells everybody that <paramref name="address"/> is at <paramref name="mac"/> (gratuitous ARP; an announcement by RFC 5227 when it is a request).</summary>
    public static ArpPacket Announcement(ArpOperation operation, MacAddress mac, IpAddress address) =>
        new(operation, mac, address, operation == ArpOperation.Reply ? mac : default, address);

    /// <summary>Asks whether somebody has the address, without saying who asks.</summary>
    public static ArpPacket Probe(MacAddress mac, IpAddress address) => new(ArpOperation.Request, mac, IpAddress.V4(0), default, address);

    /// <summary>The answer to a request.</summary>
    public ArpPacket ReplyFrom(MacAddress mac) => new(ArpOperation.Reply, mac, TargetIp, SenderMac, SenderIp);

    /// <summary>Reads a packet; trailing bytes are padding.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ArpPacket packet)
    {
        packet = default;
        if (bytes.Length < Length || BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16 != EthernetIPv4)
            return false;
        var operation = (ArpOperation)BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]);
        if (operation is not (ArpOperation.Request or ArpOperation.Reply))
            return false;
        packet = new ArpPacket(
            operation,
            MacAddress.Read(bytes.Slice(SenderMacOffset, MacAddress.Length)),
            IpAddress.Read(bytes.Slice(SenderIpOffset, 4)),
            MacAddress.Read(bytes.Slice(TargetMacOffset, MacAddress.Length)),
            IpAddress.Read(bytes.Slice(TargetIpOffset, 4)));
        return true;
    }

    /// <summary>Writes <see cref="Length"/> bytes.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (EthernetIPv4 << 16) | (ushort)Operation);
        SenderMac.Write(bytes.Slice(SenderMacOffset, MacAddress.Length));
        SenderIp.Write(bytes[SenderIpOffset..]);
        TargetMac.Write(bytes.Slice(TargetMacOffset, MacAddress.Length));
        TargetIp.Write(bytes[TargetIpOffset..]);
    }
}

/// <summary>What an ARP packet is.</summary>
public enum ArpOperation : ushort
{
    Request = 1,
    Reply = 2,
}
