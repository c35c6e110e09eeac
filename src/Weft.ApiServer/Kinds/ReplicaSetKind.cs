using Weft.ApiServer.Json;

namespace Weft.ApiServer.Kinds;

internal static class ReplicaSetKind
{
    public static ResourceKind Kind { get; } = new()
    {
        Group = "apps", Version = "v1", Kind = "ReplicaSet", Plural = "replicasets", Singular = "replicaset",
        ShortNames = ["rs"], Categories = ["all"], Namespaced = true, HasStatus = true, HasScale = true, TracksGeneration = true,
        SelectableFields = [new("status.replicas", obj => $"{obj.Number("status", "replicas") ?? 0}")],
        Columns =
        [
            TableColumn.ObjectName,
            TableColumn.Integer("Desired", obj => obj.Number("spec", "replicas")),
            TableColumn.Integer("Current", obj => obj.Number("status", "replicas")),
            TableColumn.Integer("Ready", obj => obj.Number("status", "readyReplicas")),
            TableColumn.Age,
            .. Cells.Workload,
        ],
    };
}
