using Weft.ApiServer.Json;

namespace Weft.ApiServer.Kinds;

internal static class DeploymentKind
{
    public static ResourceKind Kind { get; } = new()
    {
        Group = "apps", Version = "v1", Kind = "Deployment", Plural = "deployments", Singular = "deployment",
        ShortNames = ["deploy"], Categories = ["all"], Namespaced = true, HasStatus = true, HasScale = true, TracksGeneration = true,
        Columns =
        [
            TableColumn.ObjectName,
            TableColumn.Text("Ready", obj => $"{obj.Number("status", "readyReplicas") ?? 0}/{obj.Number("spec", "replicas") ?? 0}"),
            TableColumn.Integer("Up-to-date", obj => obj.Number("status", "updatedReplicas")),
            TableColumn.Integer("Available", obj => obj.Number("status", "availableReplicas")),
            TableColumn.Age,
            .. Cells.Workload,
        ],
    };
}
