using System.Buffers.Binary;
using Weft.Model;

namespace Weft.Netlink.LinkLayer;

/// <summary>A neighbour solicitation or advertisement with its IPv6 header (RFC 4861, 4.3 and 4.4).</summary>
/// <remarks>
/// <code>
/// version:4 class:8 flow:20 length:u16 next:u8=58 hops:u8=255 source:16 destination:16      RFC 8200
/// type:u8 code:u8=0 checksum:u16 flags:u32 target:16 (option:u8 length:u8 mac:6)?           lengths of options count 8 bytes
/// </code>
/// </remarks>
/// <param name="Type">Solicitation or advertisement.</param>
/// <param name="Source">:: where a machine looks for duplicates.</param>
/// <param name="Destination">Often a multicast address.</param>
/// <param name="Target">The address that is asked for or told of.</param>
/// <param name="HardwareAddress">The sender's (solicitation) or the target's (advertisement), where it is told.</param>
/// <param name="Flags">Of an advertisement.</param>
public readonly record struct NeighbourMessage(
    NeighbourMessageType Type, IpAddress Source, IpAddress Destination, IpAddress Target, MacAddress? HardwareAddress, AdvertisementFlags Flags = AdvertisementFlags.None)
{
    /// <summary>The most bytes that <see cref="Write"/> writes.</summary>
    public const int MaxLength = IcmpOffset + IcmpLength + OptionLength;

    /// <summary>Where fields lie in a packet: for filters.</summary>
    internal const int NextHeaderOffset = 6, IcmpOffset = 40, TargetOffset = IcmpOffset + 8;

    internal const byte IcmpV6 = 58;

    // A router lowers the number, so a packet with all of it comes from this link (RFC 4861, 11.2).
    private const byte HopLimit = 255;
    private const int IcmpLength = 24;
    private const int OptionLength = 8;
    private const byte SourceLinkLayer = 1;
    private const byte TargetLinkLayer = 2;

    /// <summary>All nodes of a link.</summary>
    public static IpAddress AllNodes { get; } = IpAddress.Parse("ff02::1");

    /// <summary>The multicast group in which the holder of an address is asked (RFC 4291, 2.7.1).</summary>
    public static IpAddress SolicitedNode(IpAddress address) =>
        IpAddress.V6(new UInt128(0xFF02_0000_0000_0000, 0x0000_0001_FF00_0000 | ((ulong)address.Bits & 0xFF_FFFF)));

    /// <summary>The Ethernet group of an IPv6 group (RFC 2464, 7).</summary>
    public static MacAddress GroupMac(IpAddress group) => new(0x3333_0000_0000UL | (uint)group.Bits);

    /// <summary>Tells everybody that <paramref name="address"/> is at <paramref name="mac"/> now.</summary>
    public static NeighbourMessage Announcement(IpAddress source, MacAddress mac, IpAddress address) =>
        new(NeighbourMessageType.Advertisement, source, AllNodes, address, mac, AdvertisementFlags.Override);

    /// <summary>Asks whether somebody has the address, without saying who asks.</summary>
    public static NeighbourMessage Probe(IpAddress address) =>
        new(NeighbourMessageType.Solicitation, IpAddress.V6(0), SolicitedNode(address), address, HardwareAddress: null);

    /// <summary>The answer to a solicitation: to who asked, or to everybody where that was not said.</summary>
    public NeighbourMessage ReplyFrom(IpAddress source, MacAddress mac) => Source.IsUnspecified
        ? Announcement(source, mac, Target)
        : new(NeighbourMessageType.Advertisement, source, Source, Target, mac, AdvertisementFlags.Solicited | AdvertisementFlags.Override);

    /// <summary>Reads a message that passes the checks of RFC 4861, 7.1.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out NeighbourMessage message)
    {
        message = default;
        if (bytes.Length < IcmpOffset + IcmpLength || bytes[0] >> 4 != 6 || bytes[NextHeaderOffset] != IcmpV6 || bytes[7] != HopLimit)
            return false;
        var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
        if (length < IcmpLength || IcmpOffset + length > bytes.Length)
            return false;
        bytes = bytes[..(IcmpOffset + length)];
        var type = (NeighbourMessageType)bytes[IcmpOffset];
        if (type is not (NeighbourMessageType.Solicitation or NeighbourMessageType.Advertisement) || bytes[IcmpOffset + 1] != 0 || Checksum(bytes) != 0)
            return false;
        var target = IpAddress.Read(bytes.Slice(TargetOffset, 16));
        var wanted = type == NeighbourMessageType.Solicitation ? SourceLinkLayer : TargetLinkLayer;
        if (target.IsMulticast || !TryReadOption(bytes[(IcmpOffset + IcmpLength)..], wanted, out var mac))
            return false;
        var flags = type == NeighbourMessageType.Advertisement ? (AdvertisementFlags)(bytes[IcmpOffset + 4] & 0xE0) : AdvertisementFlags.None;
        message = new NeighbourMessage(type, IpAddress.Read(bytes.Slice(8, 16)), IpAddress.Read(bytes.Slice(24, 16)), target, mac, flags);
        return true;
    }

    /// <summary>Writes header and message, and returns the length.</summary>
    public int Write(Span<byte> bytes)
    {
        var length = IcmpLength + (HardwareAddress is null ? 0 : OptionLength);
        bytes = bytes[..(IcmpOffset + length)];
        bytes.Clear();
        bytes[0] = 6 << 4;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], (ushort)length);
        bytes[NextHeaderOffset] = IcmpV6;
        bytes[7] = HopLimit;
        Source.Write(bytes[8..]);
        Destination.Write(bytes[24..]);
        bytes[IcmpOffset] = (byte)Type;
        bytes[IcmpOffset + 4] = (byte)Flags;
        Target.Write(bytes[TargetOffset..]);
        if (HardwareAddress is { } mac)
        {
            var option = bytes[(IcmpOffset + IcmpLength)..];
            option[0] = Type == NeighbourMessageType.Solicitation ? SourceLinkLayer : TargetLinkLayer;
            option[1] = 1;
            mac.Write(option[2..]);
        }

        BinaryPrimitives.WriteUInt16BigEndian(bytes[(IcmpOffset + 2)..], Checksum(bytes));
        return bytes.Length;
    }

    /// <summary>Finds one option; false where an option has no length or reaches beyond the packet.</summary>
    private static bool TryReadOption(ReadOnlySpan<byte> options, byte wanted, out MacAddress? mac)
    {
        mac = null;
        while (!options.IsEmpty)
        {
            if (options.Length < 2 || options[1] == 0 || options.Length < options[1] * 8)
                return false;
            if (options[0] == wanted && options[1] == 1)
                mac = MacAddress.Read(options.Slice(2, MacAddress.Length));
            options = options[(options[1] * 8)..];
        }

        return true;
    }

    /// <summary>The Internet checksum over pseudo header and message (RFC 4443, 2.3): 0 where the one inside is right.</summary>
    private static ushort Checksum(ReadOnlySpan<byte> packet)
    {
        var sum = (uint)(packet.Length - IcmpOffset) + IcmpV6;
        for (var i = 8; i < packet.Length; i += 2)
            sum += i + 1 < packet.Length ? BinaryPrimitives.ReadUInt16BigEndian(packet[i..]) : (uint)packet[i] << 8;
        while (sum >> 16 != 0)
            sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~sum;
    }
}

/// <summary>Types of ICMPv6 (RFC 4861).</summary>
public enum NeighbourMessageType : byte
{
    Solicitation = 135,
    Advertisement = 136,
}

/// <summary>Flags of an advertisement, as they lie in its first byte.</summary>
[Flags]
public enum AdvertisementFlags : byte
{
    None = 0,
    Override = 0x20,
    Solicited = 0x40,
    Router = 0x80,
}
