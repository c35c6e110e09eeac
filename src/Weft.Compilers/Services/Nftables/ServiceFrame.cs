using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Services;

namespace Weft.Compilers.Services.Nftables;

/// <summary>What of a table does not grow with the number of Services: chains, classes and address ranges. The large sets are in it without elements.</summary>
internal static class ServiceFrame
{
    /// <summary>
    /// The bit of the packet mark that says "masquerade" from destination NAT to source NAT. Upstream's proxy uses the same one, so whoever assigns
    /// marks on a node leaves it alone already; it is taken off before the packet leaves, so that an overlay's outer packet does not carry it.
    /// </summary>
    public const uint MasqueradeMark = 0x4000;

    private const string Dispatch = "services";

    /// <summary>Builds it.</summary>
    public static NftTable Build(ServiceSets sets, ServiceTable table, IEnumerable<(EntryClass Class, uint Number, List<NftChain> Chains)> classes)
    {
        var chains = new Dictionary<string, NftChain>(StringComparer.Ordinal);
        var verdicts = new List<NftElement>();
        foreach (var (entry, number, needed) in classes)
        {
            verdicts.Add(new NftElement(NftData.Host32(number << ServiceSets.ClassShift), Verdict: NftVerdict.Goto(entry.Chain)));
            foreach (var chain in needed)
                chains.TryAdd(chain.Name, chain);
        }

        var frame = new NftTable(sets.Table.Family, sets.Table.Name)
        {
            Comment = "virtual addresses of Services",
            Sets = sets.All.Select(set => WithElements(set, sets, table, verdicts)).ToEquatableArray(),
            Chains = [.. BaseChains(sets, table), .. ClassChains.Always(sets), .. chains.Values],
        };
        return NftGuards.Complete(frame);
    }

    private static NftSet WithElements(NftSet set, ServiceSets sets, ServiceTable table, List<NftElement> verdicts) => set.Name switch
    {
        ServiceSets.Classes => set with { Elements = [.. verdicts] },
        ServiceSets.PodRanges => set with { Elements = Ranges(table.PodRanges, sets) },
        ServiceSets.ServiceRanges => set with { Elements = Ranges(table.ServiceRanges, sets) },
        ServiceSets.NodePortAddresses => set with { Elements = Ranges(table.NodePortAddresses, sets) },
        _ => set,
    };

    private static NftChain[] BaseChains(ServiceSets sets, ServiceTable table) =>
    [
        Nft.NatChain("prerouting", NftHook.Prerouting, NftPriority.DestinationNat, Nft.Rule(Nft.Jump(Dispatch))),
        Nft.NatChain("output", NftHook.Output, NftPriority.DestinationNat, Nft.Rule(Nft.Jump(Dispatch))),
        Nft.NatChain(
            "postrouting",
            NftHook.Postrouting,
            NftPriority.SourceNat - 1,
            Nft.Rule(Nft.Mark.HasAll(MasqueradeMark), ClearMark, Masquerade),
            Nft.Rule(Nft.CtStatus.HasAny(NftCtStatus.DestinationNat), Nft.Concat(sets.Source, sets.Destination).In(ServiceSets.Hairpins), Masquerade)),
        Nft.Chain(
            Dispatch,
            Nft.Rule(ServiceSets.Carry(sets.Frontend), ServiceSets.Class.VerdictMap(ServiceSets.Classes)),
            Nft.Rule(sets.Destination.In(ServiceSets.ClusterIps), Nft.Goto(BalanceClass.RefuseChain)),
            Nft.Rule(sets.Destination.In(ServiceSets.ServiceRanges), Nft.Goto(BalanceClass.RefuseChain)),
            NodePortRule(sets, table)),
    ];

    // The port is looked up first: that is cheaper than asking the routing tables about every new connection.
    private static NftRule NodePortRule(ServiceSets sets, ServiceTable table)
    {
        var statements = new List<NftStatement>
        {
            new NftLet(0, sets.NodePort),
            sets.Destination.NotInPrefix(sets.Loopback),
            Nft.DestinationType.Is(NftAddressType.Local),
        };
        if (table.NodePortAddresses.Any(range => range.IsV6 == sets.IsV6))
            statements.Add(sets.Destination.In(ServiceSets.NodePortAddresses));
        return new NftRule([.. statements, ServiceSets.Carry(new NftVariable(0, NftType.Mark)), ServiceSets.Class.VerdictMap(ServiceSets.Classes)]);
    }

    private static readonly NftStatement ClearMark =
        new NftSetMeta(NftMeta.Mark, new NftBitwise(Nft.Mark, NftData.Host32(~MasqueradeMark), NftData.Host32(0)));

    // Random ports: two nodes' clients of one server rarely race for the same one (as upstream).
    private static readonly NftStatement Masquerade = new NftMasquerade(NftNatFlags.FullyRandom);

    private static EquatableArray<NftElement> Ranges(EquatableArray<IpPrefix> ranges, ServiceSets sets) =>
        Clusters.PrefixSet.Normalize(ranges.Where(range => range.IsV6 == sets.IsV6)).Select(NftElement.Of).ToEquatableArray();
}
