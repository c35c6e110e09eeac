namespace Weft.Model.Nftables;

/// <summary>What a packet says by itself; null where it has no such thing.</summary>
internal static class NftPacketValues
{
    private const byte NfProtoIp = 2, NfProtoIp6 = 10, Icmp = 1, Tcp = 6, Udp = 17, Icmp6 = 58, Sctp = 132;
    private const ushort EtherIp = 0x0800, EtherIp6 = 0x86DD, Ether = 1;

    internal static NftData? Meta(NftMeta key, NftPacket packet) => key switch
    {
        NftMeta.Protocol => NftData.Big16(packet.Source.IsV6 ? EtherIp6 : EtherIp),
        NftMeta.Priority => NftData.Host32(packet.Priority),
        NftMeta.Mark => NftData.Host32(packet.Mark),
        NftMeta.Iifname => NameOf(packet.InputInterface),
        NftMeta.Oifname => NameOf(packet.OutputInterface),
        NftMeta.NfProto => NftData.Byte(packet.Source.IsV6 ? NfProtoIp6 : NfProtoIp),
        NftMeta.L4Proto => NftData.Byte(packet.Protocol),
        NftMeta.Iiftype => packet.Ethernet is null ? null : NftData.Host16(Ether),
        _ => null,
    };

    internal static NftData? Ct(NftCt key, NftPacket packet) => key switch
    {
        NftCt.State => NftData.Host32((uint)packet.State),
        NftCt.Status => NftData.Host32((uint)packet.Status),
        NftCt.Mark => NftData.Host32(packet.ConnectionMark),
        _ => null,
    };

    internal static NftData? Field(NftField field, NftPacket packet)
    {
        var home = NftFieldTable.Get(field);
        if (home.Network == NftNetworkProtocol.Arp || (home.Network == NftNetworkProtocol.Ip && packet.Source.IsV6))
            return null;
        if ((home.Network == NftNetworkProtocol.Ip6 && !packet.Source.IsV6) || (home.Transport != 0 && home.Transport != packet.Protocol))
            return null;
        return home.Base switch
        {
            NftPayloadBase.Link => Link(field, packet),
            NftPayloadBase.Network => Network(field, packet),
            _ => Transport(home, packet),
        };
    }

    private static NftData? Link(NftField field, NftPacket packet) => (field, packet.Ethernet) switch
    {
        (_, null) => null,
        (NftField.EtherSaddr, { } addresses) => NftData.Of(addresses.Source),
        (NftField.EtherDaddr, { } addresses) => NftData.Of(addresses.Destination),
        _ => NftData.Big16(packet.Source.IsV6 ? EtherIp6 : EtherIp),
    };

    private static NftData? Network(NftField field, NftPacket packet) => field switch
    {
        NftField.IpSaddr or NftField.Ip6Saddr => NftData.Of(packet.Source),
        NftField.IpDaddr or NftField.Ip6Daddr => NftData.Of(packet.Destination),
        NftField.IpProtocol or NftField.Ip6NextHeader => NftData.Byte(packet.Protocol),
        _ => null,
    };

    private static NftData? Transport(NftFieldInfo field, NftPacket packet) => (field.Offset, packet.Protocol) switch
    {
        (0, Tcp or Udp or Sctp) when field.Type == NftType.Port => NftData.Big16(packet.SourcePort),
        (2, Tcp or Udp or Sctp) when field.Type == NftType.Port => NftData.Big16(packet.DestinationPort),
        (_, Tcp) when field.Field is NftField.TcpFlags => NftData.Byte(packet.TcpFlags),
        (0, Icmp or Icmp6) when field.Field is NftField.IcmpType or NftField.Icmp6Type => NftData.Byte(packet.IcmpType),
        _ => null,
    };

    private static NftData NameOf(string name) => name.Length == 0 ? NftData.Raw(new byte[NftData.NameLength]) : NftData.Name(name);
}
