using Weft.Model.Nftables;
using Weft.Model.Policies;

namespace Weft.Cni.Rules;

/// <summary>The tables by which starting pods are isolated.</summary>
/// <remarks>
/// What is between a pod and its own node passes: neighbour discovery, and probes with their answers. In the table of bridges that is what is no IP, and
/// what goes to or comes from the bridge itself, which is not forwarded.
/// </remarks>
internal static class StartingTables
{
    private const int BeforePolicies = -10;
    private const uint IcmpV6 = 58;

    // RFC 4861: router solicitation 133, advertisement 134, neighbour solicitation 135, advertisement 136, redirect 137.
    private const uint FirstDiscovery = 133, LastDiscovery = 137;

    public static NftTable Define(NftTableId id) => new(id.Family, id.Name)
    {
        Sets = [StartingPods.V4, StartingPods.V6],
        Chains = id == StartingPods.Table
            ? [Nft.FilterChain("forward", NftHook.Forward, BeforePolicies, [.. From(), .. To()]), Nft.FilterChain("input", NftHook.Input, BeforePolicies, [.. Own(), .. From()])]
            : [Nft.FilterChain("forward", NftHook.Forward, BeforePolicies, [.. From(), .. To()])],
    };

    private static NftRule[] Own() =>
    [
        Nft.Rule(Nft.CtState.HasAny(NftCtState.Established | NftCtState.Related), Nft.Accept),
        Nft.Rule(Nft.L4Proto.Is(IcmpV6), Nft.Icmp6Type.Between(FirstDiscovery, LastDiscovery), Nft.Accept),
    ];

    private static NftRule[] From() => [Nft.Rule(Nft.IpSaddr.In(StartingPods.V4.Name), Nft.Drop), Nft.Rule(Nft.Ip6Saddr.In(StartingPods.V6.Name), Nft.Drop)];

    private static NftRule[] To() => [Nft.Rule(Nft.IpDaddr.In(StartingPods.V4.Name), Nft.Drop), Nft.Rule(Nft.Ip6Daddr.In(StartingPods.V6.Name), Nft.Drop)];
}
