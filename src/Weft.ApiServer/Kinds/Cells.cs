using System.Text.Json.Nodes;
using Weft.ApiServer.Json;

namespace Weft.ApiServer.Kinds;

/// <summary>Pieces of text that several kinds show in their columns.</summary>
/// <remarks>Source: kube-apiserver <c>pkg/printers/internalversion</c>.</remarks>
internal static class Cells
{
    public const string None = "<none>";
    public const string Unknown = "<unknown>";
    private const int ListedAtMost = 3;

    /// <summary><paramref name="text"/>, or <c>&lt;none&gt;</c> when empty.</summary>
    public static string OrNone(string? text) => text is { Length: > 0 } ? text : None;

    /// <summary>A plain map of labels: <c>a=1,b=2</c>.</summary>
    public static string Labels(JsonNode? labels) =>
        OrNone(string.Join(',', labels.Fields().OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value.Text()}")));

    /// <summary>A label selector with <c>matchLabels</c> and <c>matchExpressions</c>.</summary>
    public static string Selector(JsonNode? selector)
    {
        var labels = selector.Fields("matchLabels").Select(l => (l.Key, Text: $"{l.Key}={l.Value.Text()}"));
        var expressions = selector.Items("matchExpressions").Select(e => (Key: e.Text("key") ?? "", Text: Requirement(e)));
        return OrNone(string.Join(',', labels.Concat(expressions).OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => r.Text)));
    }

    public static string Joined(IEnumerable<JsonNode> items, string field) => string.Join(',', items.Select(i => i.Text(field)));

    /// <summary>The first three, then how many more; <paramref name="empty"/> when there are none.</summary>
    public static string Some(IReadOnlyList<string> items, string empty)
    {
        if (items.Count == 0)
            return empty;
        var text = string.Join(',', items.Take(ListedAtMost));
        return items.Count > ListedAtMost ? $"{text} + {items.Count - ListedAtMost} more..." : text;
    }

    /// <summary>Names and images of a pod template's containers, and the selector over its pods: the wide columns of workloads.</summary>
    public static IReadOnlyList<TableColumn> Workload { get; } =
    [
        TableColumn.Wide("Containers", obj => Joined(obj.Items("spec", "template", "spec", "containers"), "name")),
        TableColumn.Wide("Images", obj => Joined(obj.Items("spec", "template", "spec", "containers"), "image")),
        TableColumn.Wide("Selector", obj => Selector(obj.At("spec", "selector"))),
    ];

    private static string Requirement(JsonNode expression)
    {
        var key = expression.Text("key");
        var values = string.Join(',', expression.Items("values").Select(v => v.Text()).Order(StringComparer.Ordinal));
        return expression.Text("operator") switch
        {
            "In" => $"{key} in ({values})",
            "NotIn" => $"{key} notin ({values})",
            "DoesNotExist" => $"!{key}",
            _ => key ?? "",
        };
    }
}
