using System.Text.Json.Nodes;
using Weft.ApiServer.Json;

namespace Weft.ApiServer.Kinds;

internal static class ControllerRevisionKind
{
    public static ResourceKind Kind { get; } = new()
    {
        Group = "apps", Version = "v1", Kind = "ControllerRevision", Plural = "controllerrevisions", Singular = "controllerrevision", Namespaced = true,
        Columns =
        [
            TableColumn.ObjectName,
            TableColumn.Text("Controller", Controller),
            TableColumn.Integer("Revision", obj => obj.Number("revision")),
            TableColumn.Age,
        ],
    };

    /// <summary><c>statefulset.apps/web</c>.</summary>
    private static string Controller(JsonObject obj)
    {
        if (obj.Items("metadata", "ownerReferences").FirstOrDefault(owner => owner.Flag("controller") is true) is not { } owner)
            return Cells.None;
        var kind = owner.Text("kind")?.ToLowerInvariant();
        return owner.Text("apiVersion") is { } version && version.Contains('/')
            ? $"{kind}.{version[..version.IndexOf('/')]}/{owner.Text("name")}"
            : $"{kind}/{owner.Text("name")}";
    }
}
