using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.ApiServer.Json;
using Weft.ApiServer.Kinds;
using Weft.ApiServer.Requests;
using Weft.ApiServer.Schemas;

namespace Weft.ApiServer.Writes;

/// <summary>What holds for <c>metadata</c> of every kind.</summary>
/// <remarks>Source: apimachinery <c>pkg/api/validation/objectmeta.go</c>.</remarks>
internal static class MetadataRules
{
    private const int MaxAnnotationBytes = 256 * 1024;

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

    public static IEnumerable<FieldError> Validate(ResourceKind kind, JsonObject metadata, JsonObject? old)
    {
        var name = metadata.Text("name") ?? "";
        if (old is null && name.Length == 0)
            yield return FieldError.Required("metadata.name", "name or generateName is required");
        else if (old is null)
        {
            foreach (var problem in kind.NameRule.Check(name))
                yield return FieldError.Invalid("metadata.name", $"\"{name}\"", problem);
        }
        foreach (var error in LabelErrors(metadata).Concat(AnnotationErrors(metadata)).Concat(OwnerErrors(metadata)))
            yield return error;
        if (old?["deletionTimestamp"] is null)
            yield break;
        var added = metadata.Items("finalizers").Select(f => f.Text()).Except(old.Items("finalizers").Select(f => f.Text())).ToList();
        if (added.Count > 0)
        {
            yield return FieldError.Forbidden("metadata.finalizers",
                $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{string.Join(", ", added.Select(f => $"\"{f}\""))}}}");
        }
    }

    private static IEnumerable<FieldError> LabelErrors(JsonObject metadata)
    {
        foreach (var (key, value) in metadata.Fields("labels"))
        {
            foreach (var problem in LabelRules.CheckKey(key))
                yield return FieldError.Invalid("metadata.labels", $"\"{key}\"", problem);
            foreach (var problem in LabelRules.CheckValue(value.Text() ?? ""))
                yield return FieldError.Invalid("metadata.labels", $"\"{value.Text()}\"", problem);
        }
    }

    private static IEnumerable<FieldError> AnnotationErrors(JsonObject metadata)
    {
        var size = 0L;
        foreach (var (key, value) in metadata.Fields("annotations"))
        {
            foreach (var problem in LabelRules.CheckKey(key.ToLowerInvariant()))
                yield return FieldError.Invalid("metadata.annotations", $"\"{key}\"", problem);
            size += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value.Text() ?? "");
        }
        if (size > MaxAnnotationBytes)
            yield return new("FieldValueTooLong", "metadata.annotations", $"Too long: may not be more than {MaxAnnotationBytes} bytes");
    }

    private static IEnumerable<FieldError> OwnerErrors(JsonObject metadata)
    {
        var index = 0;
        foreach (var owner in metadata.Items("ownerReferences"))
        {
            foreach (var name in (string[])["apiVersion", "kind", "name", "uid"])
            {
                if (owner.Text(name) is not { Length: > 0 })
                    yield return FieldError.Invalid($"metadata.ownerReferences[{index}].{name}", "\"\"", "must not be empty");
            }
            index++;
        }
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
