using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weft.ApiServer.Schemas.Decoding;

/// <summary>Reads scalars alike from parsed text and from nodes that code made.</summary>
internal static class JsonScalars
{
    /// <summary>The string, or null when the node is none.</summary>
    public static string? Text(this JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>The string field <paramref name="name"/>, empty when missing.</summary>
    public static string Text(this JsonObject obj, string name) => Text(obj[name]) ?? "";

    public static bool Flag(this JsonObject obj, string name) => obj[name]?.GetValueKind() == JsonValueKind.True;

    public static JsonObject? Object(this JsonObject obj, string name) => obj[name] as JsonObject;

    /// <summary>The objects of a list field; nothing when it is missing.</summary>
    public static IEnumerable<JsonObject> Objects(this JsonObject obj, string name) => obj[name] is JsonArray list ? list.OfType<JsonObject>() : [];

    /// <summary>The strings of a list field; nothing when it is missing.</summary>
    public static IEnumerable<string> Texts(this JsonObject obj, string name) =>
        obj[name] is JsonArray list ? list.Select(Text).OfType<string>() : [];

    public static long? Number(this JsonObject obj, string name) => TryInteger(obj[name], out var number) ? number : null;

    public static bool TryInteger(JsonNode? node, out long number)
    {
        number = 0;
        if (node is not JsonValue value)
            return false;
        if (value.TryGetValue<JsonElement>(out var element))
            return element.ValueKind == JsonValueKind.Number && TryInteger(element, out number);
        if (value.TryGetValue(out number))
            return true;
        if (!value.TryGetValue<int>(out var small))
            return value.GetValueKind() == JsonValueKind.Number && long.TryParse(value.ToJsonString(), CultureInfo.InvariantCulture, out number);
        number = small;
        return true;
    }

    // 1e3 and 1.0 are integers to Go's decoder of Kubernetes only when written without fraction or exponent.
    private static bool TryInteger(JsonElement element, out long number) => element.TryGetInt64(out number);
}
