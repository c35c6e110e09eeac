using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Tests.Policies.Oracle;

/// <summary>A cluster as the API shows it: what the oracle reads, and what compilers are given.</summary>
public sealed record OracleCluster
{
    public EquatableArray<KubeNode> Nodes { get; init; }
    public EquatableArray<Namespace> Namespaces { get; init; }
    public EquatableArray<Pod> Pods { get; init; }
    public EquatableArray<NetworkPolicy> NetworkPolicies { get; init; }
    public EquatableArray<ClusterNetworkPolicy> ClusterNetworkPolicies { get; init; }

    /// <summary>Pods that lend their namespace, labels and ports to addresses which they do not have.</summary>
    public EquatableArray<Pod> StandIns { get; init; }

    /// <summary>Whether addresses of names are learned.</summary>
    public bool LearnsDomains { get; init; }

    /// <summary>What was learned, and what of it holds no more.</summary>
    public EquatableArray<DomainAddress> Domains { get; init; }

    /// <summary>The objects as compilers read them.</summary>
    public ClusterSnapshot Snapshot => new()
    {
        Nodes = Nodes,
        Policies = new PolicyObjects
        {
            Pods = Pods.Select(PolicyPod.Of).ToEquatableArray(),
            Namespaces = Namespaces,
            NetworkPolicies = NetworkPolicies,
            ClusterNetworkPolicies = ClusterNetworkPolicies,
            StandIns = StandIns.Select(PolicyPod.Of).ToEquatableArray(),
            LearnsDomains = LearnsDomains,
            DomainAddresses = Domains,
        },
    };
}

/// <summary>The first packet of a connection, after destination NAT.</summary>
/// <param name="Source">Address of whoever opens it.</param>
/// <param name="Destination">Address of whoever is to accept it.</param>
/// <param name="Protocol"><c>TCP</c>, <c>UDP</c>, <c>SCTP</c> or another word for what has no ports.</param>
/// <param name="Port">Destination port; null for what has none.</param>
public sealed record OraclePacket(string Source, string Destination, string Protocol, int? Port);

/// <summary>What one end says.</summary>
/// <param name="IsAccepted">Whether it lets the packet pass.</param>
/// <param name="Rule">The rule that decided, as users read it; null for a default.</param>
public sealed record OracleAnswer(bool IsAccepted, string? Rule)
{
    /// <summary>Nobody said anything.</summary>
    public static OracleAnswer Open { get; } = new(true, null);
}
