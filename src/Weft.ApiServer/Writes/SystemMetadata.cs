using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.ApiServer.Json;
using Weft.ApiServer.Kinds;
using Weft.ApiServer.Requests;

namespace Weft.ApiServer.Writes;

/// <summary>The types of <c>metadata</c>, checked before anything reads it, and the part of it that belongs to the server.</summary>
internal static class SystemMetadata
{
    private static readonly string[] Texts = ["name", "generateName", "namespace", "uid", "resourceVersion"];
    private static readonly string[] Maps = ["labels", "annotations"];
    private static readonly string[] Kept = ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"];

    /// <summary>Refuses metadata whose fields have other types than they must have.</summary>
    /// <exception cref="StatusException">400, as for any object that cannot be decoded.</exception>
    public static void CheckTypes(ResourceKind kind, JsonObject obj)
    {
        if (!obj.ContainsKey("metadata") || obj["metadata"] is null)
            obj["metadata"] = new JsonObject();
        if (obj["metadata"] is not JsonObject metadata)
            throw Undecodable(kind, obj["metadata"], "metadata", "v1.ObjectMeta");
        foreach (var name in Texts.Where(n => metadata[n] is { } node && node.Text() is null))
            throw Undecodable(kind, metadata[name], "metadata." + name, "string");
        foreach (var name in Maps)
        {
            if (metadata[name] is not { } map)
                continue;
            if (map is not JsonObject values)
                throw Undecodable(kind, map, "metadata." + name, "map[string]string");
            foreach (var (key, value) in values.ToList())
            {
                if (value is null)
                    values[key] = "";
                else if (value.Text() is null)
                    throw Undecodable(kind, value, $"metadata.{name}", "string");
            }
        }
        CheckLists(kind, metadata);
    }

    /// <summary>Restores what no update may change.</summary>
    public static void KeepSystemFields(JsonObject metadata, JsonObject old)
    {
        foreach (var name in Kept)
            metadata.Take(old, name);
        metadata.Remove("selfLink");
    }

    private static void CheckLists(ResourceKind kind, JsonObject metadata)
    {
        if (metadata["finalizers"] is { } finalizers && (finalizers is not JsonArray names || names.Any(n => n.Text() is null)))
            throw Undecodable(kind, finalizers, "metadata.finalizers", "[]string");
        if (metadata["ownerReferences"] is { } owners && (owners is not JsonArray references || references.Any(r => r is not JsonObject)))
            throw Undecodable(kind, owners, "metadata.ownerReferences", "[]v1.OwnerReference");
    }

    private static StatusException Undecodable(ResourceKind kind, JsonNode? node, string field, string type)
    {
        var found = node?.GetValueKind() switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => "number",
            JsonValueKind.True or JsonValueKind.False => "bool",
            _ => "null",
        };
        return Status.BadRequest(
            $"{kind.Kind} in version \"{kind.Version}\" cannot be handled as a {kind.Kind}: json: cannot unmarshal {found} into Go struct field {kind.Kind}.{field} of type {type}");
    }
}
