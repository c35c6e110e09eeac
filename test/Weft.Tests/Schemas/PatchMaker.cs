using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Model;

namespace Weft.Tests.Schemas;

/// <summary>Makes the strategic merge patch that leads from one object to another, as kubectl would: the way back from the merge.</summary>
internal static class PatchMaker
{
    public static JsonObject Between(JsonObject from, JsonObject to, Shape? shape)
    {
        var patch = new JsonObject();
        foreach (var gone in from.Select(e => e.Key).Where(k => !to.ContainsKey(k)))
            patch[gone] = null;
        foreach (var (name, value) in to)
        {
            var (inner, field) = Inside(shape, name);
            if (JsonNode.DeepEquals(from[name], value))
                continue;
            if (value is JsonObject newObject && from[name] is JsonObject oldObject)
                patch[name] = Between(oldObject, newObject, inner);
            else if (value is JsonArray newList && from[name] is JsonArray oldList && field is { PatchMerge: true })
                Lists(patch, name, oldList, newList, field);
            else
                patch[name] = value?.DeepClone();
        }
        return patch;
    }

    /// <summary>Takes away items that a merge could not tell apart.</summary>
    public static void MakeUnique(JsonObject obj, Shape shape)
    {
        foreach (var (name, value) in obj.ToList())
        {
            var (inner, field) = Inside(shape, name);
            if (value is JsonObject child && inner is not null)
                MakeUnique(child, inner);
            if (value is not JsonArray list || inner is null)
                continue;
            var seen = new HashSet<string>();
            for (var i = list.Count - 1; i >= 0; i--)
            {
                if (list[i] is JsonObject item && inner.Item!.Kind == ShapeKind.Object)
                    MakeUnique(item, inner.Item);
                if (field is { PatchMerge: true } && Key(list[i], field) is var key && (key == "" || !seen.Add(key)))
                    list.RemoveAt(i);
            }
        }
    }

    private static void Lists(JsonObject patch, string name, JsonArray from, JsonArray to, SchemaField field)
    {
        var items = new JsonArray();
        var gone = from.Where(old => !to.Any(item => Key(item, field) == Key(old, field))).ToList();
        if (field.MergeKey is { } key)
        {
            foreach (var item in to.OfType<JsonObject>())
            {
                var old = from.OfType<JsonObject>().FirstOrDefault(o => Key(o, field) == Key(item, field));
                var change = old is null ? item.DeepClone().AsObject() : Between(old, item, field.Shape.Item);
                change[key] = item[key]!.DeepClone();
                if (old is null || change.Count > 1)
                    items.Add((JsonNode)change);
            }
            foreach (var old in gone)
                items.Add((JsonNode)new JsonObject { [key] = old![key]!.DeepClone(), ["$patch"] = "delete" });
            patch[$"$setElementOrder/{name}"] = new JsonArray([.. to.Select(item => new JsonObject { [key] = item![key]!.DeepClone() })]);
        }
        else
        {
            foreach (var item in to.Where(item => !from.Any(old => JsonNode.DeepEquals(old, item))))
                items.Add(item!.DeepClone());
            patch[$"$deleteFromPrimitiveList/{name}"] = new JsonArray([.. gone.Select(old => old!.DeepClone())]);
            patch[$"$setElementOrder/{name}"] = to.DeepClone();
        }
        if (items.Count > 0)
            patch[name] = items;
    }

    private static string Key(JsonNode? item, SchemaField field) =>
        (field.MergeKey is { } key ? (item as JsonObject)?[key] : item)?.ToJsonString() ?? "";

    private static (Shape? Shape, SchemaField? Field) Inside(Shape? shape, string name) => shape?.Kind switch
    {
        ShapeKind.Object => shape.Type.Field(name) is { } field ? (field.Shape, field) : (null, null),
        ShapeKind.Map => (shape.Item, null),
        _ => (null, null),
    };
}
