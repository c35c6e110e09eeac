using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Policies;

namespace Weft.Cni.Rules;

/// <summary>The tables, sets and rules that elements of attachments are put into.</summary>
internal static class RuleTables
{
    public static readonly NftTableId Masquerade = new(NftFamily.Inet, "weft-cni-masquerade");
    public static readonly NftTableId Source = new(NftFamily.Inet, "weft-cni-source");
    public static readonly NftTableId BridgeSource = new(NftFamily.Bridge, "weft-cni-source");

    /// <summary>Address of a pod → chain of its subnet.</summary>
    public static readonly NftSet Masquerade4 = new("pods4", NftType.Ipv4Address, NftType.Verdict);
    public static readonly NftSet Masquerade6 = new("pods6", NftType.Ipv6Address, NftType.Verdict);

    /// <summary>Host ends of cables whose packets are held to a source address.</summary>
    public static readonly NftSet Guarded = new("guarded", NftType.InterfaceName);
    public static readonly NftSet Source4 = new("sources4", NftType.Concat(NftType.InterfaceName, NftType.Ipv4Address));
    public static readonly NftSet Source6 = new("sources6", NftType.Concat(NftType.InterfaceName, NftType.Ipv6Address));

    /// <summary>Bridge ports that are held to a hardware address, whatever they send.</summary>
    public static readonly NftSet MacGuarded = new("mac-guarded", NftType.InterfaceName);
    public static readonly NftSet Macs = new("macs", NftType.Concat(NftType.InterfaceName, NftType.EtherAddress));
    public static readonly NftSet BridgeSource4 =
        new("sources4", NftType.Concat(NftType.InterfaceName, NftType.EtherAddress, NftType.Ipv4Address));
    public static readonly NftSet BridgeSource6 =
        new("sources6", NftType.Concat(NftType.InterfaceName, NftType.EtherAddress, NftType.Ipv6Address));

    private const uint EtherIp = 0x0800;
    private const uint EtherArp = 0x0806;
    private const uint EtherIp6 = 0x86DD;
    private const uint Icmp6 = 58;

    private static readonly IpPrefix LinkLocal = IpPrefix.Parse("fe80::/10");
    private static readonly IpPrefix Multicast4 = IpPrefix.Parse("224.0.0.0/4");
    private static readonly IpPrefix Multicast6 = IpPrefix.Parse("ff00::/8");

    /// <summary>All of them.</summary>
    public static readonly EquatableArray<NftTableId> All = [Masquerade, Source, BridgeSource, .. StartingPods.Tables];

    /// <summary>The table with its sets and base chains, without elements.</summary>
    public static NftTable Define(NftTableId id) => NftGuards.Complete(id switch
    {
        _ when id == Masquerade => DefineMasquerade(),
        _ when id == Source => DefineSource(),
        _ when id == BridgeSource => DefineBridgeSource(),
        _ => StartingTables.Define(id),
    });

    /// <summary>The chain that masquerades what leaves a subnet; several attachments share it.</summary>
    public static NftChain MasqueradeChain(IpPrefix subnet)
    {
        var destination = subnet.IsV6 ? Nft.Ip6Daddr : Nft.IpDaddr;
        return Nft.Chain(
            MasqueradeChainName(subnet),
            Nft.Rule(destination.InPrefix(subnet), Nft.Return),
            Nft.Rule(destination.InPrefix(subnet.IsV6 ? Multicast6 : Multicast4), Nft.Return),
            Nft.Rule(Nft.Masquerade));
    }

    /// <summary>Its name: a chain's may hold neither slash nor colon in nft's own syntax.</summary>
    public static string MasqueradeChainName(IpPrefix subnet) => $"from-{subnet.Network.ToString().Replace(':', '_')}-{subnet.Length}";

    private static NftTable DefineMasquerade() => new(Masquerade.Family, Masquerade.Name)
    {
        Sets = [Masquerade4, Masquerade6],
        Chains =
        [
            Nft.NatChain(
                "postrouting",
                NftHook.Postrouting,
                NftPriority.SourceNat,
                Nft.Rule(Nft.IpSaddr.VerdictMap(Masquerade4.Name)),
                Nft.Rule(Nft.Ip6Saddr.VerdictMap(Masquerade6.Name))),
        ],
    };

    /// <summary>
    /// Link-local addresses (IPv6) are for neighbour discovery: they carry ICMPv6 and nothing else, since no policy knows them and a pod's peers on its link would
    /// be reached past all policies.
    /// </summary>
    private static NftTable DefineSource() => new(Source.Family, Source.Name)
    {
        Sets = [Guarded, Source4, Source6],
        Chains =
        [
            Nft.FilterChain(
                "prerouting",
                NftHook.Prerouting,
                NftPriority.Raw,
                Nft.Rule(Nft.Iifname.In(Guarded.Name), Nft.Concat(Nft.Iifname, Nft.IpSaddr).NotIn(Source4.Name), Nft.Drop),
                Nft.Rule(
                    Nft.Iifname.In(Guarded.Name),
                    Nft.Ip6Saddr.NotInPrefix(LinkLocal),
                    Nft.Concat(Nft.Iifname, Nft.Ip6Saddr).NotIn(Source6.Name),
                    Nft.Drop),
                Nft.Rule(Nft.Iifname.In(Guarded.Name), Nft.Ip6Saddr.InPrefix(LinkLocal), Nft.L4Proto.IsNot(Icmp6), Nft.Drop),
                Nft.Rule(Nft.Iifname.In(Guarded.Name), Nft.Ip6Daddr.InPrefix(LinkLocal), Nft.L4Proto.IsNot(Icmp6), Nft.Drop)),
        ],
    };

    /// <summary>Frames of other protocols (VLAN tags among them) are dropped: addresses inside of them would escape the check.</summary>
    private static NftTable DefineBridgeSource() => new(BridgeSource.Family, BridgeSource.Name)
    {
        Sets = [Guarded, MacGuarded, Macs, BridgeSource4, BridgeSource6],
        Chains =
        [
            Nft.FilterChain(
                "prerouting",
                NftHook.Prerouting,
                NftPriority.BridgeDestinationNat,
                Nft.Rule(Nft.Iifname.In(MacGuarded.Name), Nft.Concat(Nft.Iifname, Nft.EtherSaddr).NotIn(Macs.Name), Nft.Drop),
                Nft.Rule(
                    Nft.Iifname.In(Guarded.Name),
                    Nft.EtherType.IsNot(EtherIp),
                    Nft.EtherType.IsNot(EtherIp6),
                    Nft.EtherType.IsNot(EtherArp),
                    Nft.Drop),
                Nft.Rule(
                    Nft.Iifname.In(Guarded.Name),
                    Nft.EtherType.Is(EtherIp),
                    Nft.Concat(Nft.Iifname, Nft.EtherSaddr, Nft.IpSaddr).NotIn(BridgeSource4.Name),
                    Nft.Drop),
                Nft.Rule(
                    Nft.Iifname.In(Guarded.Name),
                    Nft.EtherType.Is(EtherIp6),
                    Nft.Ip6Saddr.NotInPrefix(LinkLocal),
                    Nft.Concat(Nft.Iifname, Nft.EtherSaddr, Nft.Ip6Saddr).NotIn(BridgeSource6.Name),
                    Nft.Drop),
                Nft.Rule(Nft.Iifname.In(Guarded.Name), Nft.EtherType.Is(EtherIp6), Nft.Ip6Saddr.InPrefix(LinkLocal), Nft.L4Proto.IsNot(Icmp6), Nft.Drop),
                Nft.Rule(Nft.Iifname.In(Guarded.Name), Nft.EtherType.Is(EtherIp6), Nft.Ip6Daddr.InPrefix(LinkLocal), Nft.L4Proto.IsNot(Icmp6), Nft.Drop),
                Nft.Rule(
                    Nft.Iifname.In(Guarded.Name),
                    Nft.EtherType.Is(EtherArp),
                    Nft.Concat(Nft.Iifname, Nft.ArpSaddrEther, Nft.ArpSaddrIp).NotIn(BridgeSource4.Name),
                    Nft.Drop)),
        ],
    };
}
