using Weft.Compilers.Clusters;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Compilers.Services;

/// <summary>What of the node and the cluster decides how a Service is served here. Another context means to compile every Service again.</summary>
internal sealed record ServiceContext
{
    private const string ZoneLabel = "topology.kubernetes.io/zone";

    public required string Node { get; init; }

    /// <summary>The node's zone; empty when it has none.</summary>
    public required string Zone { get; init; }

    public required EquatableArray<IpAddress> NodeAddresses { get; init; }
    public required EquatableArray<IpPrefix> PodRanges { get; init; }
    public required EquatableArray<IpPrefix> ServiceRanges { get; init; }
    public required EquatableArray<IpPrefix> NodePortAddresses { get; init; }
    public required bool MasqueradeAll { get; init; }

    /// <summary>Whether nodes answer cluster DNS themselves, so that no proxy leads its Service elsewhere.</summary>
    public required bool AnswersDns { get; init; }

    /// <summary>Reads it from the cluster's objects; problems of nodes and settings are reported elsewhere.</summary>
    public static ServiceContext Of(ClusterSnapshot cluster, string nodeName)
    {
        var (settings, _) = ClusterSettingsCompiler.Compile(cluster.Configuration, cluster.ServiceCidrs);
        var (topology, _) = TopologyCompiler.Compile(cluster.Nodes, settings);
        var self = cluster.Nodes.FirstOrDefault(node => node.Metadata.Name == nodeName);
        return new ServiceContext
        {
            Node = nodeName,
            Zone = self?.Metadata.Labels.Find(ZoneLabel) ?? "",
            NodeAddresses = topology.Find(nodeName)?.Addresses ?? [],
            PodRanges = topology.PodRanges,
            ServiceRanges = topology.ServiceRanges,
            NodePortAddresses = settings.NodePortAddresses,
            MasqueradeAll = settings.MasqueradeAll,
            AnswersDns = settings.Dns == ClusterDnsMode.Node,
        };
    }

    /// <summary>Whether pods, Services or the node have addresses of the family; while nothing is known, any family will do.</summary>
    public bool HasFamily(bool v6)
    {
        var known = PodRanges.Count + ServiceRanges.Count + NodeAddresses.Count > 0;
        return !known || PodRanges.Any(range => range.IsV6 == v6) || ServiceRanges.Any(range => range.IsV6 == v6)
            || NodeAddresses.Any(address => address.IsV6 == v6);
    }
}
