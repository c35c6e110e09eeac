using System.Buffers.Binary;
using Weft.Model;

namespace Weft.Netlink.PacketLog;

/// <summary>Who sends to whom, as the packet itself says.</summary>
/// <param name="Source">Sender.</param>
/// <param name="Destination">Receiver.</param>
/// <param name="Protocol">IANA protocol number, behind IPv6's extension headers.</param>
/// <param name="SourcePort">Port of the sender; 0 where the protocol has none, or the packet is a later fragment.</param>
/// <param name="DestinationPort">Port of the receiver, likewise.</param>
public readonly record struct PacketHeader(IpAddress Source, IpAddress Destination, byte Protocol, ushort SourcePort, ushort DestinationPort)
{
    private const byte Tcp = 6, Udp = 17, Dccp = 33, Sctp = 132, UdpLite = 136;
    private const byte HopByHop = 0, Routing = 43, Fragment = 44, Authentication = 51, DestinationOptions = 60;
    private const int V4Length = 20, V6Length = 40;

    // More than any packet that a kernel forwards; it bounds the walk.
    private const int MostExtensions = 8;

    private const byte Opening = 0x02, OpeningOrAnswer = 0x12;
    private const int FlagsOffset = 13;

    /// <summary>Flags of TCP (RFC 9293 3.1: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, …); null for other protocols, and where they are cut off.</summary>
    public byte? TcpFlags { get; init; }

    /// <summary>Whether it is TCP and opens no connection: an answer, or one in the middle of a connection.</summary>
    public bool IsAmidTcp => TcpFlags is { } flags && (flags & OpeningOrAnswer) != Opening;

    /// <summary>Reads the headers of an IPv4 (RFC 791) or IPv6 (RFC 8200) packet; null when they are cut short or make no sense.</summary>
    public static PacketHeader? Read(ReadOnlySpan<byte> packet) => packet.IsEmpty ? null : (packet[0] >> 4) switch
    {
        4 => ReadV4(packet),
        6 => ReadV6(packet),
        _ => null,
    };

    private static PacketHeader? ReadV4(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < V4Length)
            return null;
        var length = (packet[0] & 0xF) * 4;
        if (length < V4Length || packet.Length < length)
            return null;
        var isFirst = (BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & 0x1FFF) == 0;
        return WithPorts(IpAddress.Read(packet[12..16]), IpAddress.Read(packet[16..20]), packet[9], isFirst ? packet[length..] : []);
    }

    private static PacketHeader? ReadV6(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < V6Length)
            return null;
        var next = packet[6];
        var rest = packet[V6Length..];
        for (var i = 0; i < MostExtensions && IsExtension(next); i++)
        {
            if (rest.Length < 8)
                return null;
            if (next == Fragment && BinaryPrimitives.ReadUInt16BigEndian(rest[2..]) >> 3 != 0)
                return WithPorts(IpAddress.Read(packet[8..24]), IpAddress.Read(packet[24..40]), rest[0], []);
            var length = next switch { Fragment => 8, Authentication => (rest[1] + 2) * 4, _ => (rest[1] + 1) * 8 };
            if (rest.Length < length)
                return null;
            next = rest[0];
            rest = rest[length..];
        }

        return WithPorts(IpAddress.Read(packet[8..24]), IpAddress.Read(packet[24..40]), next, rest);
    }

    private static PacketHeader WithPorts(IpAddress source, IpAddress destination, byte protocol, ReadOnlySpan<byte> transport) =>
        PortsOf(protocol) && transport.Length >= 4
            ? new PacketHeader(
                source, destination, protocol, BinaryPrimitives.ReadUInt16BigEndian(transport), BinaryPrimitives.ReadUInt16BigEndian(transport[2..]))
            {
                TcpFlags = protocol == Tcp && transport.Length > FlagsOffset ? transport[FlagsOffset] : null,
            }
            : new PacketHeader(source, destination, protocol, 0, 0);

    private static bool PortsOf(byte protocol) => protocol is Tcp or Udp or Dccp or Sctp or UdpLite;

    private static bool IsExtension(byte protocol) => protocol is HopByHop or Routing or Fragment or Authentication or DestinationOptions;
}
