using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;

namespace Weft.ApiServer.Schemas.Validation;

/// <summary>Writes values as upstream's error texts do: Go's <c>%q</c> and <c>%#v</c>.</summary>
internal static class GoSyntax
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Quote(string text) => JsonValue.Create(text).ToJsonString(Plain);

    public static string Write(JsonNode? value) => value switch
    {
        null => "null",
        _ when value.Text() is { } text => Quote(text),
        _ => value.ToJsonString(Plain),
    };

    /// <summary><c>map[string]string{"a":"b"}</c>, keys sorted.</summary>
    public static string StringMap(JsonObject? map)
    {
        if (map is null)
            return "map[string]string(nil)";
        var entries = map.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{Quote(e.Key)}:{Write(e.Value)}");
        return $"map[string]string{{{string.Join(", ", entries)}}}";
    }

    /// <summary>A label selector as the struct that Go prints.</summary>
    public static string LabelSelector(JsonObject selector)
    {
        var text = new StringBuilder("v1.LabelSelector{MatchLabels:").Append(StringMap(selector.Object("matchLabels"))).Append(", MatchExpressions:[]v1.LabelSelectorRequirement");
        if (selector["matchExpressions"] is not JsonArray list)
            return text.Append("(nil)}").ToString();
        var items = list.OfType<JsonObject>().Select(item =>
            $"v1.LabelSelectorRequirement{{Key:{Quote(item.Text("key"))}, Operator:{Quote(item.Text("operator"))}, Values:{StringList(item["values"] as JsonArray)}}}");
        return text.Append('{').AppendJoin(", ", items).Append("}}").ToString();
    }

    /// <summary><c>[]string{"a", "b"}</c>.</summary>
    public static string StringList(IEnumerable<string> list) => $"[]string{{{string.Join(", ", list.Select(Quote))}}}";

    private static string StringList(JsonArray? list) =>
        list is null ? "[]string(nil)" : $"[]string{{{string.Join(", ", list.Select(Write))}}}";
}
