using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Kubernetes;

/// <summary>What network policies are made of. Objects that did not change keep their reference; order carries no meaning, but keeping it is cheapest.</summary>
public sealed record PolicyObjects
{
    /// <summary>All pods of the cluster.</summary>
    public EquatableArray<PolicyPod> Pods { get; init; }

    /// <summary>All namespaces: their labels, and annotations for audit.</summary>
    public EquatableArray<Namespace> Namespaces { get; init; }

    /// <summary>All of <c>networking.k8s.io/v1</c>.</summary>
    public EquatableArray<NetworkPolicy> NetworkPolicies { get; init; }

    /// <summary>All of <c>policy.networking.k8s.io/v1alpha2</c>.</summary>
    public EquatableArray<ClusterNetworkPolicy> ClusterNetworkPolicies { get; init; }

    /// <summary>
    /// Addresses that count as those of a pod that has them not: those of cluster DNS are known by its namespace and labels, so that policies which allow
    /// port 53 to <c>k8s-app=kube-dns</c> mean what they say. Every node answers at them itself.
    /// </summary>
    public EquatableArray<PolicyPod> StandIns { get; init; }

    /// <summary>Whether addresses of domain names are learned: where nodes are not cluster DNS themselves, rules that name domains fail closed.</summary>
    public bool LearnsDomains { get; init; }

    /// <summary>Addresses that names were said to have, by the cluster DNS of this node; each once.</summary>
    public EquatableArray<DomainAddress> DomainAddresses { get; init; }
}
