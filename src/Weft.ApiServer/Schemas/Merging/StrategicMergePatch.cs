using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Schemas.Model;

namespace Weft.ApiServer.Schemas.Merging;

/// <summary>Applies a strategic merge patch: a merge patch in which lists with a merge key merge by item.</summary>
/// <remarks>
/// Source: kubernetes <c>community/contributors/devel/sig-api-machinery/strategic-merge-patch.md</c>.
/// Directives: <c>$patch: replace|delete|merge</c>, <c>$retainKeys</c>, <c>$setElementOrder/LIST</c>, <c>$deleteFromPrimitiveList/LIST</c>.
/// </remarks>
internal static class StrategicMergePatch
{
    private const string OrderPrefix = "$setElementOrder/";
    private const string DeletePrefix = "$deleteFromPrimitiveList/";
    private const string RetainKeys = "$retainKeys";
    private const string Directive = "$patch";

    /// <summary>A patched copy of <paramref name="original"/>.</summary>
    /// <exception cref="FormatException">A directive is unknown, or an item lacks its merge key.</exception>
    public static JsonObject Apply(JsonObject original, JsonObject patch, SchemaType type) =>
        Merge(original.DeepClone().AsObject(), patch, Shape.ObjectOf(type));

    private static JsonObject Merge(JsonObject target, JsonObject patch, Shape? shape)
    {
        switch (patch[Directive].Text())
        {
            case "replace":
                return WithoutDirectives(patch)!.AsObject();
            case "delete":
                return [];
            case null or "merge":
                break;
            case var unknown:
                throw new FormatException($"Unknown patch type found: {unknown}");
        }
        Retain(target, patch);
        foreach (var (name, value) in patch)
        {
            if (name.StartsWith(DeletePrefix, StringComparison.Ordinal))
                DeleteScalars(target, name[DeletePrefix.Length..], value);
            else if (name.StartsWith(OrderPrefix, StringComparison.Ordinal))
                Reorder(target, patch, name[OrderPrefix.Length..], value, shape);
            else if (name[..Math.Min(1, name.Length)] != "$")
                MergeField(target, patch, name, value, shape);
        }
        return target;
    }

    private static void MergeField(JsonObject target, JsonObject patch, string name, JsonNode? value, Shape? shape)
    {
        var (inner, field) = Inside(shape, name);
        switch (value, target[name])
        {
            case (null, _):
                target.Remove(name);
                break;
            case (JsonObject change, JsonObject old):
                target.Remove(name);
                target[name] = Merge(old, change, inner);
                break;
            case (JsonArray change, JsonArray old) when field is { PatchMerge: true }:
                target.Remove(name);
                target[name] = ListMerge.Merge(old, change, patch[OrderPrefix + name] as JsonArray, field, (item, by) => Merge(item, by, inner?.Item));
                break;
            case (JsonObject { } change, _) when change[Directive].Text() == "delete":
                target.Remove(name);
                break;
            default:
                target[name] = WithoutDirectives(value);
                break;
        }
    }

    // A list that the patch only orders; one that it also changes is ordered there.
    private static void Reorder(JsonObject target, JsonObject patch, string name, JsonNode? order, Shape? shape)
    {
        if (patch[name] is not null || target[name] is not JsonArray list || order is not JsonArray wanted)
            return;
        if (Inside(shape, name).Field is not { PatchMerge: true } field)
            return;
        target.Remove(name);
        target[name] = ListMerge.Order([.. list], wanted, list, field.MergeKey);
    }

    private static void Retain(JsonObject target, JsonObject patch)
    {
        if (patch[RetainKeys] is not JsonArray list)
            return;
        var keep = list.Select(JsonScalars.Text).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var (name, value) in patch)
        {
            if (name[0] != '$' && value is not null && !keep.Contains(name))
                throw new FormatException("retainKeys list doesn't contain all the keys in the patch: " + name);
        }
        foreach (var name in target.Select(e => e.Key).Where(k => !keep.Contains(k)).ToList())
            target.Remove(name);
    }

    private static void DeleteScalars(JsonObject target, string name, JsonNode? values)
    {
        if (target[name] is not JsonArray list || values is not JsonArray gone)
            return;
        for (var i = list.Count - 1; i >= 0; i--)
        {
            if (gone.Any(value => JsonNode.DeepEquals(value, list[i])))
                list.RemoveAt(i);
        }
    }

    private static (Shape? Shape, SchemaField? Field) Inside(Shape? shape, string name) => shape?.Kind switch
    {
        ShapeKind.Object => shape.Type.Field(name) is { } field ? (field.Shape, field) : (null, null),
        ShapeKind.Map => (shape.Item, null),
        _ => (null, null),
    };

    /// <summary>A copy for a place where nothing was: without nulls and without directives.</summary>
    private static JsonNode? WithoutDirectives(JsonNode? value)
    {
        if (value is JsonArray list)
            return new JsonArray([.. list.Where(item => item is not JsonObject obj || obj[Directive] is null).Select(WithoutDirectives)]);
        if (value is not JsonObject source)
            return value?.DeepClone();
        var copy = new JsonObject();
        foreach (var (name, inner) in source)
        {
            if (inner is not null && !name.StartsWith('$'))
                copy[name] = WithoutDirectives(inner);
        }
        return copy;
    }
}
