using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>Which connections the chosen pods accept and open (<c>networking.k8s.io/v1</c>).</summary>
public sealed record NetworkPolicy : KubeObject<NetworkPolicy>, IKubeObject<NetworkPolicy>
{
    public static ResourceType Resource { get; } = new("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", Namespaced: true);
    public NetworkPolicySpec Spec { get; init => field = value ?? new(); } = new();
}

/// <summary>The pods of a policy and its rules.</summary>
public sealed record NetworkPolicySpec
{
    public LabelSelector? PodSelector { get; init; }
    public EquatableArray<NetworkPolicyIngressRule> Ingress { get; init; }
    public EquatableArray<NetworkPolicyEgressRule> Egress { get; init; }
    public EquatableArray<string> PolicyTypes { get; init; }
}

/// <summary>Connections to accept: from any of the peers, to any of the ports; an empty list means all.</summary>
public sealed record NetworkPolicyIngressRule
{
    public EquatableArray<NetworkPolicyPeer> From { get; init; }
    public EquatableArray<NetworkPolicyPort> Ports { get; init; }
}

/// <summary>Connections to allow: to any of the peers, on any of the ports; an empty list means all.</summary>
public sealed record NetworkPolicyEgressRule
{
    public EquatableArray<NetworkPolicyPeer> To { get; init; }
    public EquatableArray<NetworkPolicyPort> Ports { get; init; }
}

/// <summary>Pods, namespaces or a block of addresses.</summary>
public sealed record NetworkPolicyPeer : INullMeansEmpty
{
    public LabelSelector? PodSelector { get; init; }
    public LabelSelector? NamespaceSelector { get; init; }
    public IpBlock? IpBlock { get; init; }
}

/// <summary>A block of addresses with exceptions.</summary>
public sealed record IpBlock
{
    public string Cidr { get; init => field = value ?? ""; } = "";
    public EquatableArray<string> Except { get; init; }
}

/// <summary>A port, a named port or a range of ports.</summary>
public sealed record NetworkPolicyPort : INullMeansEmpty
{
    public string? Protocol { get; init; }
    public IntOrString? Port { get; init; }
    public int? EndPort { get; init; }
}
