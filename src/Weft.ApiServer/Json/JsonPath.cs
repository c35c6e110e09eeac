using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weft.ApiServer.Json;

/// <summary>Forgiving reads from trees whose shape nobody has promised: the wrong type reads as absent.</summary>
internal static class JsonPath
{
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (node is not JsonObject obj || !obj.TryGetPropertyValue(name, out node))
                return null;
        }
        return node;
    }

    public static string? Text(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    public static long? Number(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        if (node.At(path) is not JsonValue value || value.GetValueKind() != JsonValueKind.Number)
            return null;
        if (value.TryGetValue<long>(out var integer))
            return integer;
        return long.TryParse(value.ToJsonString(), System.Globalization.NumberStyles.AllowLeadingSign, null, out var number) ? number : null;
    }

    public static bool? Flag(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value ? value.GetValueKind() switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null } : null;

    public static IEnumerable<JsonNode> Items(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonArray array ? array.OfType<JsonNode>() : [];

    /// <summary>The strings of a list; a new list that the caller may change.</summary>
    public static List<string> Texts(this JsonNode? node, params ReadOnlySpan<string> path) => [.. node.Items(path).Select(item => item.Text()).OfType<string>()];

    public static IEnumerable<KeyValuePair<string, JsonNode?>> Fields(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) as JsonObject ?? [];

    /// <summary>The object under <paramref name="name"/>, made when absent or of another type.</summary>
    public static JsonObject Ensure(this JsonObject parent, string name)
    {
        if (parent[name] is JsonObject existing)
            return existing;
        var made = new JsonObject();
        parent[name] = made;
        return made;
    }

    /// <summary>Replaces <paramref name="name"/> by a copy of what <paramref name="from"/> has there, or removes it.</summary>
    public static void Take(this JsonObject to, JsonObject? from, string name)
    {
        if (from?[name] is { } value)
            to[name] = value.DeepClone();
        else
            to.Remove(name);
    }
}
