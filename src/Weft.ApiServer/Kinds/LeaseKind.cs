using Weft.ApiServer.Json;

namespace Weft.ApiServer.Kinds;

internal static class LeaseKind
{
    public static ResourceKind Kind { get; } = new()
    {
        Group = "coordination.k8s.io", Version = "v1", Kind = "Lease", Plural = "leases", Singular = "lease", Namespaced = true,
        Columns = [TableColumn.ObjectName, TableColumn.Text("Holder", obj => obj.Text("spec", "holderIdentity") ?? ""), TableColumn.Age],
    };
}
