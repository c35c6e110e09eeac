using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Services;

namespace Weft.Compilers.Services.Ipvs;

/// <summary>The chains beside IPVS.</summary>
/// <remarks>
/// IPVS takes packets at the end of input, and those of the node itself on output behind destination NAT (net/netfilter/ipvs/ip_vs_core.c, ip_vs_ops4). So
/// marks are set and detours taken before; what others sent is refused at the start of input, what the node sent is refused when IPVS did not take it;
/// and masquerade is in postrouting, where packets arrive with their real server as destination.
/// </remarks>
internal static class IpvsRules
{
    private const string Refuse = "refuse";

    // Kubernetes' mark for masquerade, as in the other targets.
    private const uint Mark = 0x4000;
    private const byte PortUnreachable = 3;
    private const byte PortUnreachable6 = 4;

    private static readonly NftStatement ClearMark = new NftSetMeta(NftMeta.Mark, new NftBitwise(Nft.Mark, NftData.Host32(~Mark), NftData.Host32(0)));

    // Random ports: two nodes' clients of one server rarely race for the same one (as upstream).
    private static readonly NftStatement Masquerade = new NftMasquerade(NftNatFlags.FullyRandom);

    public static EquatableArray<NftChain> Chains(IpvsSets sets, bool knowsPods)
    {
        NftRule[] before =
        [
            Nft.Rule(sets.Frontend.In(IpvsSets.Shadows), Nft.Goto(Refuse)),
            Nft.Rule(sets.Frontend.In(IpvsSets.Guarded), sets.FrontendAndClient.NotIn(IpvsSets.Sources), Nft.Drop),
            Nft.Rule(sets.Frontend.In(IpvsSets.Masqueraded), Nft.SetMarkBits(Mark)),
        ];
        NftRule[] outside = knowsPods ? [Nft.Rule(sets.Source.NotIn(IpvsSets.Pods), sets.Frontend.In(IpvsSets.Inside), Nft.SetMarkBits(Mark))] : [];
        var detour = new NftNat(NftNatKind.Destination, sets.Table.Family, sets.Frontend.Map(IpvsSets.Detours, sets.Endpoint));
        return
        [
            Nft.FilterChain("prerouting", NftHook.Prerouting, NftPriority.Mangle, [.. before, .. outside]),
            Nft.FilterChain("output", NftHook.Output, NftPriority.Mangle, before),
            Nft.NatChain("pods-inside", NftHook.Prerouting, NftPriority.DestinationNat, Nft.Rule(sets.Source.In(IpvsSets.Pods), detour)),
            Nft.NatChain("node-inside", NftHook.Output, NftPriority.DestinationNat, Nft.Rule(detour)),
            Nft.FilterChain("input", NftHook.Input, NftPriority.Filter - 1, [Known, Nft.Rule(Nft.Iifname.Is("lo"), Nft.Accept), .. Refusals(sets)]),
            Nft.FilterChain("refuse-node", NftHook.Output, NftPriority.Filter - 1, [Known, .. Refusals(sets)]),
            Nft.NatChain("postrouting", NftHook.Postrouting, NftPriority.SourceNat - 1, Postrouting(sets)),
            Nft.Chain(
                Refuse,
                Nft.Rule(Nft.L4Proto.Is((uint)L4Protocol.Tcp), new NftReject(NftRejectKind.TcpReset)),
                Nft.Rule(new NftReject(NftRejectKind.Icmp, sets.IsV6 ? PortUnreachable6 : PortUnreachable))),
        ];
    }

    // Answers of the node, and refusals, may go to a virtual address that one of its own sockets is bound to. What is not tracked was left to somebody else:
    // queries to cluster DNS, which the node answers itself at a cluster IP.
    private static NftRule Known => Nft.Rule(Nft.CtState.HasAny(NftCtState.Established | NftCtState.Related | NftCtState.Untracked), Nft.Accept);

    private static NftRule[] Refusals(IpvsSets sets) =>
    [
        Nft.Rule(sets.Frontend.In(IpvsSets.Served), Nft.Accept),
        Nft.Rule(sets.Frontend.In(IpvsSets.Ignored), Nft.Drop),
        Nft.Rule(sets.Frontend.In(IpvsSets.Refused), Nft.Goto(Refuse)),
        Nft.Rule(sets.Destination.In(IpvsSets.Virtual), Nft.Goto(Refuse)),
    ];

    private static NftRule[] Postrouting(IpvsSets sets) =>
    [
        Nft.Rule(Nft.Mark.HasAll(Mark), ClearMark, Masquerade),
        Nft.Rule(Nft.Concat(sets.Source, sets.Destination).In(IpvsSets.Hairpins), Masquerade),

        // Every node has the virtual addresses: answers to one as a source would not come back here.
        Nft.Rule(Nft.Oifname.IsNot("lo"), sets.Source.In(IpvsSets.Virtual), Masquerade),
    ];
}
