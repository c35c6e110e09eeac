using Weft.Model.Nftables;

namespace Weft.Netlink.Nftables;

/// <summary>The numbers of hooks, which depend on the family (NF_INET_*, NF_ARP_*, NF_NETDEV_*, NF_BR_*).</summary>
internal static class NftHooks
{
    internal static uint ToNumber(NftFamily family, NftHook hook) => (family, hook) switch
    {
        (NftFamily.Netdev, NftHook.Ingress) => 0,
        (NftFamily.Netdev, NftHook.Egress) => 1,
        (NftFamily.Inet, NftHook.Ingress) => 5,
        (NftFamily.Arp, NftHook.Input) => 0,
        (NftFamily.Arp, NftHook.Output) => 1,
        (NftFamily.Arp, NftHook.Forward) => 2,
        (NftFamily.Inet or NftFamily.Ip or NftFamily.Ip6 or NftFamily.Bridge, <= NftHook.Postrouting) => (uint)hook,
        _ => throw new ArgumentException($"the family {family} has no hook {hook}", nameof(hook)),
    };

    internal static NftHook? FromNumber(NftFamily family, uint number) => (family, number) switch
    {
        (NftFamily.Netdev, 0) => NftHook.Ingress,
        (NftFamily.Netdev, 1) => NftHook.Egress,
        (NftFamily.Inet, 5) => NftHook.Ingress,
        (NftFamily.Arp, 0) => NftHook.Input,
        (NftFamily.Arp, 1) => NftHook.Output,
        (NftFamily.Arp, 2) => NftHook.Forward,
        (NftFamily.Inet or NftFamily.Ip or NftFamily.Ip6 or NftFamily.Bridge, <= (uint)NftHook.Postrouting) => (NftHook)number,
        _ => null,
    };

    internal static string NameOf(NftChainType type) => type switch
    {
        NftChainType.Nat => "nat",
        NftChainType.Route => "route",
        _ => "filter",
    };

    internal static NftChainType TypeOf(string name) => name switch
    {
        "nat" => NftChainType.Nat,
        "route" => NftChainType.Route,
        _ => NftChainType.Filter,
    };
}
