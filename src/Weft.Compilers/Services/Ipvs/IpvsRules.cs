using System.Buffers.Binary;
using Weft.Compilers.Clusters;
using Weft.Model;
using Weft.Model.Ipvs;
using Weft.Model.Nftables;
using Weft.Model.Services;

namespace Weft.Compilers.Services.Ipvs;

/// <summary>The table of one family beside IPVS.</summary>
/// <remarks>
/// IPVS takes packets at the end of input, and those of the node itself on output (net/netfilter/ipvs/ip_vs_core.c). So marks are set before, refusals
/// happen at the start of input, and masquerade in postrouting, where packets arrive with their real server as destination.
/// </remarks>
internal static class IpvsRules
{
    public const string Table = "weft-ipvs";

    /// <summary>Addresses that have a virtual server: also the memory of which ones are this target's.</summary>
    public const string Served = "served";

    private const string Refused = "refused";
    private const string Ignored = "ignored";
    private const string Masqueraded = "masqueraded";
    private const string Inside = "inside";
    private const string Guarded = "guarded";
    private const string Sources = "sources";
    private const string Hairpins = "hairpins";
    private const string Virtual = "virtual";
    private const string Pods = "pod-ranges";
    private const string Refuse = "refuse";

    // Kubernetes' mark for masquerade, as in the other targets.
    private const uint Mark = 0x4000;
    private const byte PortUnreachable = 3;
    private const byte PortUnreachable6 = 4;

    private static readonly NftStatement ClearMark = new NftSetMeta(NftMeta.Mark, new NftBitwise(Nft.Mark, NftData.Host32(~Mark), NftData.Host32(0)));

    public static NftTable Write(bool v6, ServiceTable table, EquatableArray<IpPrefix> virtualRanges, List<FrontendFacts> facts)
    {
        var address = v6 ? NftType.Ipv6Address : NftType.Ipv4Address;
        var key = NftType.Concat(address, NftType.Protocol, NftType.Port);
        var written = new NftTable(v6 ? NftFamily.Ip6 : NftFamily.Ip, Table)
        {
            Comment = "what IPVS does not know about Services",
            Sets =
            [
                Of(Served, key, facts.Where(fact => fact.IsServed)),
                Of(Refused, key, facts.Where(fact => !fact.IsServed && !fact.Port.HasAnyBackend)),
                Of(Ignored, key, facts.Where(fact => !fact.IsServed && fact.Port.HasAnyBackend)),
                Of(Masqueraded, key, facts.Where(fact => fact.Frontend.IsExternal ? !fact.Port.ExternalLocal : table.MasqueradeAll)),
                Of(Inside, key, facts.Where(fact => !fact.Frontend.IsExternal)),
                Of(Guarded, key, facts.Where(IsGuarded)),
                new NftSet(Sources, NftType.Concat(address, NftType.Protocol, NftType.Port, address))
                {
                    Flags = NftSetFlags.Interval, Elements = facts.Where(IsGuarded).SelectMany(Clients).ToEquatableArray(),
                },
                new NftSet(Hairpins, NftType.Concat(address, address)) { Elements = [.. facts.SelectMany(Endpoints).Distinct().Select(Itself)] },
                Ranges(Virtual, address, virtualRanges.Where(range => range.IsV6 == v6)),
                Ranges(Pods, address, table.PodRanges.Where(range => range.IsV6 == v6)),
            ],
            Chains = [.. Chains(v6, table.PodRanges.Any(range => range.IsV6 == v6))],
        };
        return NftGuards.Complete(written);
    }

    /// <summary>What a key of <see cref="Served"/> says.</summary>
    public static VirtualAddress Address(NftData key, bool v6)
    {
        var bytes = key.Bytes;
        var length = v6 ? 16 : 4;
        return new VirtualAddress(
            (L4Protocol)bytes[length], IpAddress.Read(bytes[..length]), BinaryPrimitives.ReadUInt16BigEndian(bytes[(length + sizeof(uint))..]));
    }

    private static IEnumerable<NftChain> Chains(bool v6, bool knowsPods)
    {
        var source = v6 ? Nft.Ip6Saddr : Nft.IpSaddr;
        var destination = v6 ? Nft.Ip6Daddr : Nft.IpDaddr;
        var frontend = Nft.Concat(destination, Nft.L4Proto, Nft.TransportDport);
        var guard = Nft.Rule(frontend.In(Guarded), Nft.Concat(destination, Nft.L4Proto, Nft.TransportDport, source).NotIn(Sources), Nft.Drop);
        var mark = Nft.SetMarkBits(Mark);
        NftRule[] outside = knowsPods ? [Nft.Rule(source.NotIn(Pods), frontend.In(Inside), mark)] : [];
        yield return Nft.FilterChain("prerouting", NftHook.Prerouting, NftPriority.Mangle, [guard, Nft.Rule(frontend.In(Masqueraded), mark), .. outside]);

        // The node's own connections may have the virtual address as their source, which answers would not come back to.
        yield return Nft.FilterChain("output", NftHook.Output, NftPriority.Mangle, guard, Nft.Rule(frontend.In(Served), mark));
        yield return Nft.FilterChain(
            "input",
            NftHook.Input,
            NftPriority.Filter - 1,

            // The node's own connections may come from a virtual address: answers to them, and refusals of them, look like connections to it.
            Nft.Rule(Nft.CtState.HasAny(NftCtState.Established | NftCtState.Related), Nft.Accept),
            Nft.Rule(Nft.Iifname.Is("lo"), Nft.Accept),
            Nft.Rule(frontend.In(Served), Nft.Accept),
            Nft.Rule(frontend.In(Ignored), Nft.Drop),
            Nft.Rule(frontend.In(Refused), Nft.Goto(Refuse)),
            Nft.Rule(destination.In(Virtual), Nft.Goto(Refuse)));
        yield return Nft.NatChain(
            "postrouting",
            NftHook.Postrouting,
            NftPriority.SourceNat - 1,
            Nft.Rule(Nft.Mark.HasAll(Mark), ClearMark, new NftMasquerade(NftNatFlags.FullyRandom)),
            Nft.Rule(Nft.Concat(source, destination).In(Hairpins), new NftMasquerade(NftNatFlags.FullyRandom)));
        yield return Nft.Chain(
            Refuse,
            Nft.Rule(Nft.L4Proto.Is((uint)L4Protocol.Tcp), new NftReject(NftRejectKind.TcpReset)),
            Nft.Rule(new NftReject(NftRejectKind.Icmp, v6 ? PortUnreachable6 : PortUnreachable)));
    }

    private static NftSet Of(string name, NftType key, IEnumerable<FrontendFacts> facts) =>
        new(name, key) { Elements = [.. facts.Select(fact => new NftElement(Key(fact.Address)))] };

    private static NftSet Ranges(string name, NftType address, IEnumerable<IpPrefix> ranges) =>
        new(name, address) { Flags = NftSetFlags.Interval, Elements = [.. ranges.Distinct().Select(NftElement.Of)] };

    private static NftData Key(VirtualAddress address) =>
        NftData.Concat(NftData.Of(address.Address), NftData.Byte((byte)address.Protocol), NftData.Big16(address.Port));

    private static bool IsGuarded(FrontendFacts fact) => fact.Frontend.Kind == FrontendKind.LoadBalancerIp && fact.Port.RestrictsSources;

    private static IEnumerable<NftElement> Clients(FrontendFacts fact) => PrefixSet.Normalize(fact.Port.SourceRanges).Select(range => new NftElement(
        NftData.Concat(Key(fact.Address), NftData.Of(range.Network)), NftData.Concat(Key(fact.Address), NftData.Of(range.Last))));

    private static IEnumerable<IpAddress> Endpoints(FrontendFacts fact) =>
        fact.Port.BackendsOf(fact.Frontend).Where(backend => backend.IsLocal).Select(backend => backend.Address);

    private static NftElement Itself(IpAddress address) => new(NftData.Concat(NftData.Of(address), NftData.Of(address)));
}
