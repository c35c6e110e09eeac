namespace Weft.Model.Policies;

/// <summary>Tiers of policies, in the order in which they are asked (policy.networking.k8s.io/v1alpha2).</summary>
public enum PolicyTier : byte
{
    /// <summary>ClusterNetworkPolicies of the tier Admin.</summary>
    Admin,

    /// <summary>All of networking.k8s.io/v1.</summary>
    NetworkPolicy,

    /// <summary>ClusterNetworkPolicies of the tier Baseline.</summary>
    Baseline,
}
