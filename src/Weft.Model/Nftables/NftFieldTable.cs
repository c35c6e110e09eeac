namespace Weft.Model.Nftables;

/// <summary>The layout of every known header field (RFC 791, 826, 793, 768, 792, 4443, 8200).</summary>
public static class NftFieldTable
{
    private const NftNetworkProtocol Ip = NftNetworkProtocol.Ip, Ip6 = NftNetworkProtocol.Ip6, Arp = NftNetworkProtocol.Arp, Any = NftNetworkProtocol.Any;
    private const NftPayloadBase Link = NftPayloadBase.Link, Net = NftPayloadBase.Network, Th = NftPayloadBase.Transport;
    private const byte Tcp = 6, Udp = 17, Sctp = 132, Icmp = 1, Icmp6 = 58;

    private static readonly NftFieldInfo[] Fields =
    [
        new(NftField.EtherDaddr, "ether daddr", Link, 0, NftType.EtherAddress),
        new(NftField.EtherSaddr, "ether saddr", Link, 6, NftType.EtherAddress),
        new(NftField.EtherType, "ether type", Link, 12, NftType.EtherType),
        new(NftField.IpProtocol, "ip protocol", Net, 9, NftType.Protocol, Ip),
        new(NftField.IpSaddr, "ip saddr", Net, 12, NftType.Ipv4Address, Ip),
        new(NftField.IpDaddr, "ip daddr", Net, 16, NftType.Ipv4Address, Ip),
        new(NftField.Ip6NextHeader, "ip6 nexthdr", Net, 6, NftType.Protocol, Ip6),
        new(NftField.Ip6Saddr, "ip6 saddr", Net, 8, NftType.Ipv6Address, Ip6),
        new(NftField.Ip6Daddr, "ip6 daddr", Net, 24, NftType.Ipv6Address, Ip6),
        new(NftField.ArpHardwareType, "arp htype", Net, 0, NftType.EtherType, Arp),
        new(NftField.ArpProtocolType, "arp ptype", Net, 2, NftType.EtherType, Arp),
        new(NftField.ArpOperation, "arp operation", Net, 6, NftType.ArpOperation, Arp),
        new(NftField.ArpSaddrEther, "arp saddr ether", Net, 8, NftType.EtherAddress, Arp),
        new(NftField.ArpSaddrIp, "arp saddr ip", Net, 14, NftType.Ipv4Address, Arp),
        new(NftField.ArpDaddrEther, "arp daddr ether", Net, 18, NftType.EtherAddress, Arp),
        new(NftField.ArpDaddrIp, "arp daddr ip", Net, 24, NftType.Ipv4Address, Arp),
        new(NftField.TransportSport, "th sport", Th, 0, NftType.Port),
        new(NftField.TransportDport, "th dport", Th, 2, NftType.Port),
        new(NftField.TcpSport, "tcp sport", Th, 0, NftType.Port, Any, Tcp),
        new(NftField.TcpDport, "tcp dport", Th, 2, NftType.Port, Any, Tcp),
        new(NftField.TcpFlags, "tcp flags", Th, 13, NftType.TcpFlags, Any, Tcp),
        new(NftField.UdpSport, "udp sport", Th, 0, NftType.Port, Any, Udp),
        new(NftField.UdpDport, "udp dport", Th, 2, NftType.Port, Any, Udp),
        new(NftField.SctpSport, "sctp sport", Th, 0, NftType.Port, Any, Sctp),
        new(NftField.SctpDport, "sctp dport", Th, 2, NftType.Port, Any, Sctp),
        new(NftField.IcmpType, "icmp type", Th, 0, NftType.IcmpType, Any, Icmp),
        new(NftField.IcmpCode, "icmp code", Th, 1, NftType.IcmpCode, Any, Icmp),
        new(NftField.Icmp6Type, "icmpv6 type", Th, 0, NftType.Icmp6Type, Any, Icmp6),
        new(NftField.Icmp6Code, "icmpv6 code", Th, 1, NftType.Icmp6Code, Any, Icmp6),
    ];

    /// <summary>The layout of <paramref name="field"/>.</summary>
    public static NftFieldInfo Get(NftField field) => Fields[(int)field];

    /// <summary>The field at a place, given what is known of the packet; null when no known field lies there.</summary>
    /// <param name="payloadBase">Where the header begins.</param>
    /// <param name="offset">Bytes from there.</param>
    /// <param name="length">Bytes that are read.</param>
    /// <param name="network">The network protocol, as far as the rule has made sure.</param>
    /// <param name="transport">The transport protocol, as far as the rule has made sure; 0 when not.</param>
    public static NftFieldInfo? Find(NftPayloadBase payloadBase, int offset, int length, NftNetworkProtocol network, byte transport)
    {
        NftFieldInfo? general = null;
        foreach (var field in Fields)
        {
            if (field.Base != payloadBase || field.Offset != offset || field.Type.Length != length)
                continue;
            if (field.Network == network && field.Network != Any)
                return field;
            if (field.Transport == transport && field.Network == Any && transport != 0)
                return field;
            if (field.Network == Any && field.Transport == 0)
                general = field;
        }

        return general;
    }
}
