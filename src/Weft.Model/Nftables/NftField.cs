namespace Weft.Model.Nftables;

/// <summary>Header fields that rules can read.</summary>
public enum NftField : byte
{
    EtherDaddr,
    EtherSaddr,
    EtherType,
    IpProtocol,
    IpSaddr,
    IpDaddr,
    Ip6NextHeader,
    Ip6Saddr,
    Ip6Daddr,
    ArpHardwareType,
    ArpProtocolType,
    ArpOperation,
    ArpSaddrEther,
    ArpSaddrIp,
    ArpDaddrEther,
    ArpDaddrIp,
    TransportSport,
    TransportDport,
    TcpSport,
    TcpDport,
    TcpFlags,
    UdpSport,
    UdpDport,
    SctpSport,
    SctpDport,
    IcmpType,
    IcmpCode,
    Icmp6Type,
    Icmp6Code,
}

/// <summary>Where a header begins (enum nft_payload_bases).</summary>
public enum NftPayloadBase : byte
{
    Link = 0,
    Network = 1,
    Transport = 2,
}

/// <summary>The network protocol that a field belongs to.</summary>
public enum NftNetworkProtocol : byte
{
    Any,
    Ip,
    Ip6,
    Arp,
}

/// <summary>Place, length and home of a header field, in bytes from the base.</summary>
/// <param name="Field">The field.</param>
/// <param name="Name">nft's name.</param>
/// <param name="Base">Where the header begins.</param>
/// <param name="Offset">Bytes from there.</param>
/// <param name="Type">Type and with it the length.</param>
/// <param name="Network">The network protocol it is meaningful for.</param>
/// <param name="Transport">The transport protocol it is meaningful for; 0 for any.</param>
public sealed record NftFieldInfo(
    NftField Field,
    string Name,
    NftPayloadBase Base,
    int Offset,
    NftType Type,
    NftNetworkProtocol Network = NftNetworkProtocol.Any,
    byte Transport = 0);
