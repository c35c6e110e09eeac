using Weft.ApiServer.Json;

namespace Weft.ApiServer.Kinds;

/// <summary>Served from the start, with columns and bounds of the published definition, so that nobody needs to apply that first.</summary>
internal static class ClusterNetworkPolicyKind
{
    public static ResourceKind Kind { get; } = new()
    {
        Group = "policy.networking.k8s.io", Version = "v1alpha2", Kind = "ClusterNetworkPolicy", Plural = "clusternetworkpolicies", Singular = "clusternetworkpolicy",
        ShortNames = ["cnp"], Namespaced = false, HasStatus = true, TracksGeneration = true,
        Columns =
        [
            TableColumn.ObjectName,
            TableColumn.Text("Tier", obj => obj.Text("spec", "tier")),
            TableColumn.Text("Priority", obj => obj.At("spec", "priority")?.ToString()),
            TableColumn.Age,
        ],
    };
}
