using Weft.ApiServer.Json;

namespace Weft.ApiServer.Kinds;

internal static class StatefulSetKind
{
    public static ResourceKind Kind { get; } = new()
    {
        Group = "apps", Version = "v1", Kind = "StatefulSet", Plural = "statefulsets", Singular = "statefulset",
        ShortNames = ["sts"], Categories = ["all"], Namespaced = true, HasStatus = true, HasScale = true, TracksGeneration = true,
        Columns =
        [
            TableColumn.ObjectName,
            TableColumn.Text("Ready", obj => $"{obj.Number("status", "readyReplicas") ?? 0}/{obj.Number("spec", "replicas") ?? 0}"),
            TableColumn.Age,
            .. Cells.Workload.Take(2),
        ],
    };
}
