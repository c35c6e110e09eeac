using Weft.Model;

namespace Weft.Compilers.Clusters;

/// <summary>All nodes of the cluster and the address ranges that hold for everyone.</summary>
public sealed record ClusterTopology
{
    /// <summary>Every node, sorted by name.</summary>
    public required EquatableArray<ClusterNode> Nodes { get; init; }

    /// <summary>Where pods live: the configured ranges and every podCIDR outside them; sorted, none inside another.</summary>
    public required EquatableArray<IpPrefix> PodRanges { get; init; }

    /// <summary>Where virtual addresses of Services live; sorted, none inside another.</summary>
    public required EquatableArray<IpPrefix> ServiceRanges { get; init; }

    /// <summary>The node of that name.</summary>
    public ClusterNode? Find(string name)
    {
        foreach (var node in Nodes)
        {
            if (node.Name == name)
                return node;
        }

        return null;
    }
}
