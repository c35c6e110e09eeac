using Weft.ApiServer.Json;

namespace Weft.ApiServer.Kinds;

internal static class NetworkPolicyKind
{
    public static ResourceKind Kind { get; } = new()
    {
        Group = "networking.k8s.io", Version = "v1", Kind = "NetworkPolicy", Plural = "networkpolicies", Singular = "networkpolicy",
        ShortNames = ["netpol"], Namespaced = true, TracksGeneration = true,
        Columns = [TableColumn.ObjectName, TableColumn.Text("Pod-Selector", obj => Cells.Selector(obj.At("spec", "podSelector"))), TableColumn.Age],
    };
}
