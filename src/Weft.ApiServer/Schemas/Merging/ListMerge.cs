using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Schemas.Model;

namespace Weft.ApiServer.Schemas.Merging;

/// <summary>Merges a list of a strategic merge patch into the list that is there, and settles the order.</summary>
internal static class ListMerge
{
    private const string Directive = "$patch";

    /// <param name="order">The order that the patch asks for; null means the order of its items.</param>
    /// <param name="mergeItem">Merges the second object into the first.</param>
    public static JsonArray Merge(
        JsonArray original, JsonArray patch, JsonArray? order, SchemaField field, Func<JsonObject, JsonObject, JsonObject> mergeItem)
    {
        if (patch.Any(item => item is JsonObject obj && obj[Directive].Text() == "replace"))
            return new JsonArray([.. patch.Where(item => item is JsonObject obj && obj[Directive] is null).Select(Clone)]);
        var plain = new JsonArray();
        var merged = original.Select(Clone).ToList();
        foreach (var item in patch)
        {
            if (field.MergeKey is not { } key)
                MergeScalar(merged, item, plain);
            else if (item is JsonObject obj)
                MergeObject(merged, obj, key, plain, mergeItem);
            else
                throw new FormatException($"unable to find api field in struct: {field.Name} has an item that is no object");
        }
        return Order(merged, order ?? plain, original, field.MergeKey);
    }

    /// <summary>
    /// Items named in <paramref name="wanted"/> stand in its order; the others keep the order they had, and stand before a named one
    /// only where both were in the list and in that order.
    /// </summary>
    public static JsonArray Order(IReadOnlyList<JsonNode?> items, JsonArray wanted, JsonArray before, string? key)
    {
        var named = items.Where(item => IndexOf(wanted, item, key) >= 0).OrderBy(item => IndexOf(wanted, item, key)).ToList();
        var others = items.Where(item => IndexOf(wanted, item, key) < 0).OrderBy(item => IndexOf(before, item, key)).ToList();
        var result = new JsonArray();
        int i = 0, j = 0;
        while (i < others.Count || j < named.Count)
        {
            if (j == named.Count || (i < others.Count && Precedes(others[i], named[j])))
                result.Add(Clone(others[i++]));
            else
                result.Add(Clone(named[j++]));
        }
        return result;

        bool Precedes(JsonNode? other, JsonNode? name) =>
            (IndexOf(before, other, key), IndexOf(before, name, key)) is ( >= 0 and var l, >= 0 and var r) && l < r;
    }

    private static void MergeScalar(List<JsonNode?> merged, JsonNode? item, JsonArray plain)
    {
        plain.Add(Clone(item));
        if (!merged.Exists(old => JsonNode.DeepEquals(old, item)))
            merged.Add(Clone(item));
    }

    private static void MergeObject(
        List<JsonNode?> merged, JsonObject item, string key, JsonArray plain, Func<JsonObject, JsonObject, JsonObject> mergeItem)
    {
        if (item[key] is not { } identity)
            throw new FormatException($"map: {item.ToJsonString()} does not contain declared merge key: {key}");
        var index = merged.FindIndex(old => old is JsonObject obj && JsonNode.DeepEquals(obj[key], identity));
        if (item[Directive].Text() == "delete")
        {
            merged.RemoveAll(old => old is JsonObject obj && JsonNode.DeepEquals(obj[key], identity));
            return;
        }
        plain.Add(Clone(item));
        if (index >= 0)
            merged[index] = mergeItem(merged[index]!.AsObject(), item);
        else
            merged.Add(mergeItem([], item));
    }

    private static int IndexOf(JsonArray list, JsonNode? item, string? key)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (key is null ? JsonNode.DeepEquals(list[i], item) : JsonNode.DeepEquals((list[i] as JsonObject)?[key], (item as JsonObject)?[key]))
                return i;
        }
        return -1;
    }

    private static JsonNode? Clone(JsonNode? node) => node?.DeepClone();
}
