using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>Rules that an administrator sets for pods of any namespace (<c>policy.networking.k8s.io/v1alpha2</c>).</summary>
public sealed record ClusterNetworkPolicy : KubeObject<ClusterNetworkPolicy>, IKubeObject<ClusterNetworkPolicy>
{
    public static ResourceType Resource { get; } =
        new("policy.networking.k8s.io", "v1alpha2", "clusternetworkpolicies", "ClusterNetworkPolicy", Namespaced: false);
    public ClusterNetworkPolicySpec Spec { get; init => field = value ?? new(); } = new();
    public ClusterNetworkPolicyStatus? Status { get; init; }
}

/// <summary>When a policy counts, for which pods, and its rules: in each list the first that matches decides.</summary>
public sealed record ClusterNetworkPolicySpec
{
    /// <summary><c>Admin</c>, ahead of every NetworkPolicy, or <c>Baseline</c>, behind them.</summary>
    public string Tier { get; init => field = value ?? ""; } = "";

    /// <summary>0 to 1000; within a tier the lower one counts first.</summary>
    public int Priority { get; init; }
    public ClusterNetworkPolicySubject Subject { get; init => field = value ?? new(); } = new();
    public EquatableArray<ClusterNetworkPolicyRule> Ingress { get; init; }
    public EquatableArray<ClusterNetworkPolicyRule> Egress { get; init; }
}

/// <summary>Whose traffic a policy rules; exactly one field is set.</summary>
public sealed record ClusterNetworkPolicySubject
{
    public LabelSelector? Namespaces { get; init; }
    public NamespacedPodSelector? Pods { get; init; }
}

/// <summary>Pods by the labels of their namespace and their own.</summary>
public sealed record NamespacedPodSelector
{
    public LabelSelector NamespaceSelector { get; init => field = value ?? LabelSelector.Everything; } = LabelSelector.Everything;
    public LabelSelector PodSelector { get; init => field = value ?? LabelSelector.Everything; } = LabelSelector.Everything;
}

/// <summary>What becomes of connections from (ingress) or to (egress) any of the peers, by any of the protocols.</summary>
public sealed record ClusterNetworkPolicyRule
{
    public string? Name { get; init; }

    /// <summary><c>Accept</c>, <c>Deny</c> or <c>Pass</c>.</summary>
    public string Action { get; init => field = value ?? ""; } = "";
    public EquatableArray<ClusterNetworkPolicyPeer> From { get; init; }
    public EquatableArray<ClusterNetworkPolicyPeer> To { get; init; }

    /// <summary>None: whatever the protocol.</summary>
    public EquatableArray<ClusterNetworkPolicyProtocol> Protocols { get; init; }
}

/// <summary>A peer; exactly one field is set. Nodes, networks and domain names are peers of egress rules only.</summary>
public sealed record ClusterNetworkPolicyPeer : INullMeansEmpty
{
    public LabelSelector? Namespaces { get; init; }
    public NamespacedPodSelector? Pods { get; init; }
    public LabelSelector? Nodes { get; init; }
    public EquatableArray<string> Networks { get; init; }
    public EquatableArray<string> DomainNames { get; init; }
}

/// <summary>A protocol and its ports; exactly one field is set.</summary>
public sealed record ClusterNetworkPolicyProtocol : INullMeansEmpty
{
    public ClusterNetworkPolicyPorts? Tcp { get; init; }
    public ClusterNetworkPolicyPorts? Udp { get; init; }
    public ClusterNetworkPolicyPorts? Sctp { get; init; }

    /// <summary>Name of a container's port, whatever its protocol.</summary>
    public string? DestinationNamedPort { get; init; }
}

/// <summary>The ports of one protocol.</summary>
public sealed record ClusterNetworkPolicyPorts
{
    public ClusterNetworkPolicyPort? DestinationPort { get; init; }
}

/// <summary>A port or a range of ports; exactly one field is set.</summary>
public sealed record ClusterNetworkPolicyPort
{
    public int? Number { get; init; }
    public ClusterNetworkPolicyPortRange? Range { get; init; }
}

/// <summary>Ports from the first to the last one, both included.</summary>
public sealed record ClusterNetworkPolicyPortRange
{
    public int Start { get; init; }
    public int End { get; init; }
}

/// <summary>What implementations say of a policy.</summary>
public sealed record ClusterNetworkPolicyStatus
{
    public EquatableArray<Condition> Conditions { get; init; }
}
