using System.Text.Json.Nodes;
using Weft.ApiServer.Json;
using Weft.ApiServer.Requests;

namespace Weft.ApiServer.Writes;

/// <summary>Keeps <c>metadata.managedFields</c> for server-side apply: which manager applied which fields.</summary>
/// <remarks>FieldsV1: <c>f:NAME</c> per field of an object; a list counts as one field.</remarks>
internal static class FieldManagers
{
    private static readonly string[] Identity = ["apiVersion", "kind"];
    private static readonly string[] IdentityMetadata = ["name", "namespace", "uid", "resourceVersion", "creationTimestamp", "managedFields"];

    public static JsonObject? Entry(JsonObject obj, string manager, string? subresource) => obj.Items("metadata", "managedFields")
        .OfType<JsonObject>()
        .FirstOrDefault(e => e.Text("manager") == manager && e.Text("operation") == "Apply" && (e.Text("subresource") ?? "") == (subresource ?? ""));

    public static void Record(JsonObject obj, JsonObject applied, string manager, ResourceRequest request)
    {
        var fields = FieldsOf(applied);
        var old = Entry(obj, manager, request.Subresource);
        if (old is not null && JsonNode.DeepEquals(old["fieldsV1"], fields))
            return;
        var metadata = obj["metadata"]!.AsObject();
        var entries = metadata["managedFields"] as JsonArray ?? [];
        if (old is not null)
            entries.Remove(old);
        var entry = new JsonObject
        {
            ["manager"] = manager,
            ["operation"] = "Apply",
            ["apiVersion"] = request.Kind.ApiVersion,
            ["time"] = request.Server.Timestamp(),
            ["fieldsType"] = "FieldsV1",
            ["fieldsV1"] = fields,
        };
        if (request.Subresource is not null)
            entry["subresource"] = request.Subresource;
        entries.Add(entry);
        metadata["managedFields"] = entries.Parent is null ? entries : entries.DeepClone();
    }

    /// <summary>Removes from <paramref name="target"/> what was applied before and is not in <paramref name="applied"/>.</summary>
    public static void RemoveForgotten(JsonObject target, JsonObject before, JsonObject applied)
    {
        foreach (var (key, inner) in before)
        {
            var name = key.StartsWith("f:", StringComparison.Ordinal) ? key[2..] : key;
            if (!applied.TryGetPropertyValue(name, out var now))
            {
                if (inner is JsonObject { Count: > 0 } children && target[name] is JsonObject partly)
                    RemoveForgotten(partly, children, []);
                else
                    target.Remove(name);
            }
            else if (inner is JsonObject known && now is JsonObject nowObject && target[name] is JsonObject targetObject)
            {
                RemoveForgotten(targetObject, known, nowObject);
            }
        }
    }

    private static JsonObject FieldsOf(JsonObject applied)
    {
        var fields = new JsonObject();
        foreach (var (name, value) in applied)
        {
            if (Identity.Contains(name, StringComparer.Ordinal))
                continue;
            var children = Children(value, name == "metadata" ? IdentityMetadata : []);
            if (name != "metadata" || children.Count > 0)
                fields["f:" + name] = children;
        }
        return fields;
    }

    private static JsonObject Children(JsonNode? value, string[] except)
    {
        var fields = new JsonObject();
        foreach (var (name, inner) in value as JsonObject ?? [])
        {
            if (!except.Contains(name, StringComparer.Ordinal))
                fields["f:" + name] = Children(inner, []);
        }
        return fields;
    }
}
