using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Nodes;

namespace Weft.Compilers.Masquerade;

/// <summary>Writes <see cref="MasqueradePlan"/> as the table <see cref="NodeTables.Masquerade"/>: the only NAT of a cluster without Services.</summary>
/// <remarks>
/// Needs Linux 5.2 (NAT in the inet family). NAT chains see the first packet of a connection only, so connections that stand when
/// the table comes or changes keep what they have.
/// </remarks>
public static class MasqueradeCompiler
{
    /// <summary>Random ports: two nodes' clients of one server rarely race for the same one (as kube-proxy does).</summary>
    private static readonly NftStatement Masquerade = new NftMasquerade(NftNatFlags.FullyRandom);

    /// <summary>Compiles the table.</summary>
    public static NftTable Compile(MasqueradePlan plan)
    {
        var families = plan.Sources.Select(range => range.IsV6).Distinct().Order().ToList();
        return new NftTable(NodeTables.Masquerade.Family, NodeTables.Masquerade.Name)
        {
            Comment = "pods leave the cluster under their node's address",
            Sets = families.SelectMany(v6 => Sets(plan, v6)).ToEquatableArray(),
            Chains = [Nft.NatChain("masquerade", NftHook.Postrouting, NftPriority.SourceNat, [.. families.Select(Rule)])],
        };
    }

    private static NftSet[] Sets(MasqueradePlan plan, bool v6) =>
    [
        Set(PodsSet(v6), "where pods live", plan.Sources, v6),
        Set(InsideSet(v6), "who sees a pod's own address", plan.Destinations, v6),
    ];

    private static NftSet Set(string name, string comment, EquatableArray<IpPrefix> prefixes, bool v6) =>
        new(name, v6 ? NftType.Ipv6Address : NftType.Ipv4Address)
        {
            Flags = NftSetFlags.Interval,
            Comment = comment,
            Elements = prefixes.Where(prefix => prefix.IsV6 == v6).Select(NftElement.Of).ToEquatableArray(),
        };

    private static NftRule Rule(bool v6) => v6
        ? Nft.Rule(Nft.Ip6Saddr.In(PodsSet(v6)), Nft.Ip6Daddr.NotIn(InsideSet(v6)), Masquerade)
        : Nft.Rule(Nft.IpSaddr.In(PodsSet(v6)), Nft.IpDaddr.NotIn(InsideSet(v6)), Masquerade);

    private static string PodsSet(bool v6) => v6 ? "pods-v6" : "pods-v4";

    private static string InsideSet(bool v6) => v6 ? "inside-v6" : "inside-v4";
}
