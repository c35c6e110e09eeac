using Weft.Compilers.Clusters;
using Weft.Model;

namespace Weft.Compilers.Masquerade;

/// <summary>Whose packets leave the cluster under the node's address, and to whom they never do.</summary>
/// <param name="Sources">Where pods live.</param>
/// <param name="Destinations">Who sees a pod's own address: pods, nodes, Services, and multicast, which never leaves a link.</param>
public sealed record MasqueradePlan(EquatableArray<IpPrefix> Sources, EquatableArray<IpPrefix> Destinations)
{
    private static readonly EquatableArray<IpPrefix> Multicast =
    [
        IpPrefix.Parse("224.0.0.0/4"), IpPrefix.Parse("255.255.255.255/32"), IpPrefix.Parse("ff00::/8"), IpPrefix.Parse("fe80::/10"),
    ];

    /// <summary>Makes the plan; it is the same on every node.</summary>
    public static MasqueradePlan For(ClusterTopology topology) => new(
        topology.PodRanges,
        PrefixSet.Normalize(
        [
            .. topology.PodRanges,
            .. topology.ServiceRanges,
            .. topology.Nodes.SelectMany(node => node.Addresses).Select(IpPrefix.Host),
            .. Multicast,
        ]));
}
