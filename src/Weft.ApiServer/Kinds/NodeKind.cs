using System.Text.Json.Nodes;
using Weft.ApiServer.Json;

namespace Weft.ApiServer.Kinds;

/// <summary>Nodes: registered with their status by whoever runs them.</summary>
internal static class NodeKind
{
    private const string RolePrefix = "node-role.kubernetes.io/";

    public static ResourceKind Kind { get; } = new()
    {
        Group = "", Version = "v1", Kind = "Node", Plural = "nodes", Singular = "node",
        ShortNames = ["no"], Namespaced = false, HasStatus = true,
        SelectableFields = [new("spec.unschedulable", obj => obj.Flag("spec", "unschedulable") is true ? "true" : "false")],
        Columns =
        [
            TableColumn.ObjectName,
            TableColumn.Text("Status", Status),
            TableColumn.Text("Roles", Roles),
            TableColumn.Age,
            TableColumn.Text("Version", obj => obj.Text("status", "nodeInfo", "kubeletVersion") ?? ""),
            TableColumn.Wide("Internal-IP", obj => Address(obj, "InternalIP")),
            TableColumn.Wide("External-IP", obj => Address(obj, "ExternalIP")),
            TableColumn.Wide("OS-Image", obj => Info(obj, "osImage")),
            TableColumn.Wide("Kernel-Version", obj => Info(obj, "kernelVersion")),
            TableColumn.Wide("Container-Runtime", obj => Info(obj, "containerRuntimeVersion")),
        ],
        Strategy = new Strategy(),
    };

    private static string Status(JsonObject obj)
    {
        var ready = obj.Items("status", "conditions").FirstOrDefault(c => c.Text("type") == "Ready")?.Text("status");
        var status = ready switch { null => "Unknown", "True" => "Ready", _ => "NotReady" };
        return obj.Flag("spec", "unschedulable") is true ? status + ",SchedulingDisabled" : status;
    }

    private static string Roles(JsonObject obj) => Cells.OrNone(string.Join(',', obj.Fields("metadata", "labels")
        .Select(label => label.Key switch
        {
            "kubernetes.io/role" => label.Value.Text() ?? "",
            var key when key.StartsWith(RolePrefix, StringComparison.Ordinal) => key[RolePrefix.Length..],
            _ => "",
        })
        .Where(role => role.Length > 0)
        .Distinct(StringComparer.Ordinal)
        .Order(StringComparer.Ordinal)));

    private static string Address(JsonObject obj, string type) =>
        Cells.OrNone(obj.Items("status", "addresses").FirstOrDefault(a => a.Text("type") == type)?.Text("address"));

    private static string Info(JsonObject obj, string field) =>
        obj.Text("status", "nodeInfo", field) is { Length: > 0 } text ? text : Cells.Unknown;

    private sealed class Strategy : KindStrategy
    {
        public override void PrepareForCreate(JsonObject obj, JsonObject? status)
        {
            if (status is not null)
                obj["status"] = status;
        }
    }
}
