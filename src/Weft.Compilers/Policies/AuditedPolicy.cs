using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies;

/// <summary>A policy that denies nothing but is reported on.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="ByNamespace">Whether its namespace says so, and not the policy itself.</param>
public sealed record AuditedPolicy(PolicyIdentity Policy, bool ByNamespace)
{
    /// <summary>All policies under audit, ClusterNetworkPolicies first, else by namespace and name.</summary>
    public static EquatableArray<AuditedPolicy> Of(PolicyObjects objects)
    {
        var namespaces = objects.Namespaces.Where(each => NamespaceState.IsAuditedBy(each.Metadata)).Select(each => each.Metadata.Name).ToHashSet(StringComparer.Ordinal);
        var cluster = objects.ClusterNetworkPolicies
            .Where(policy => NamespaceState.IsAuditedBy(policy.Metadata))
            .Select(policy => new AuditedPolicy(new PolicyIdentity("ClusterNetworkPolicy", "", policy.Metadata.Name), ByNamespace: false));
        var namespaced = objects.NetworkPolicies
            .Select(policy => (policy.Metadata, Itself: NamespaceState.IsAuditedBy(policy.Metadata)))
            .Where(found => found.Itself || namespaces.Contains(found.Metadata.Namespace ?? ""))
            .Select(found => new AuditedPolicy(new PolicyIdentity("NetworkPolicy", found.Metadata.Namespace ?? "", found.Metadata.Name), !found.Itself));
        return cluster.Concat(namespaced)
            .OrderBy(each => each.Policy.Namespace, StringComparer.Ordinal).ThenBy(each => each.Policy.Name, StringComparer.Ordinal)
            .ToEquatableArray();
    }
}
