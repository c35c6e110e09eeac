using Weft.ApiServer.Json;

namespace Weft.ApiServer.Kinds;

internal static class DaemonSetKind
{
    public static ResourceKind Kind { get; } = new()
    {
        Group = "apps", Version = "v1", Kind = "DaemonSet", Plural = "daemonsets", Singular = "daemonset",
        ShortNames = ["ds"], Categories = ["all"], Namespaced = true, HasStatus = true, TracksGeneration = true,
        Columns =
        [
            TableColumn.ObjectName,
            TableColumn.Integer("Desired", obj => obj.Number("status", "desiredNumberScheduled")),
            TableColumn.Integer("Current", obj => obj.Number("status", "currentNumberScheduled")),
            TableColumn.Integer("Ready", obj => obj.Number("status", "numberReady")),
            TableColumn.Integer("Up-to-date", obj => obj.Number("status", "updatedNumberScheduled")),
            TableColumn.Integer("Available", obj => obj.Number("status", "numberAvailable")),
            TableColumn.Text("Node Selector", obj => Cells.Labels(obj.At("spec", "template", "spec", "nodeSelector"))),
            TableColumn.Age,
            .. Cells.Workload,
        ],
    };
}
