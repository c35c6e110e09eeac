using System.Text.Json.Nodes;
using Weft.ApiServer.Json;

namespace Weft.ApiServer.Kinds;

/// <summary>Events, seen through the core group and through <c>events.k8s.io</c>; stored in the core form.</summary>
internal static class EventKind
{
    public static ResourceKind Core { get; } = new()
    {
        Group = "", Version = "v1", Kind = "Event", Plural = "events", Singular = "event",
        ShortNames = ["ev"], Namespaced = true,
        SelectableFields = Fields,
        Columns = Columns,
    };

    public static ResourceKind Grouped { get; } = Core with
    {
        Group = "events.k8s.io",
        Conversion = new EventConversion(),
    };

    private static SelectableField[] Fields =>
    [
        SelectableField.AtPath("involvedObject.kind"),
        SelectableField.AtPath("involvedObject.namespace"),
        SelectableField.AtPath("involvedObject.name"),
        SelectableField.AtPath("involvedObject.uid"),
        SelectableField.AtPath("involvedObject.apiVersion"),
        SelectableField.AtPath("involvedObject.resourceVersion"),
        SelectableField.AtPath("involvedObject.fieldPath"),
        SelectableField.AtPath("reason"),
        SelectableField.AtPath("reportingComponent"),
        new("source", obj => obj.Text("source", "component") ?? obj.Text("reportingComponent") ?? ""),
        SelectableField.AtPath("type"),
    ];

    private static TableColumn[] Columns =>
    [
        new("Last Seen", "string", "", 0, (obj, now) => HumanDuration.Since(LastSeen(obj), now)),
        TableColumn.Text("Type", obj => obj.Text("type") ?? ""),
        TableColumn.Text("Reason", obj => obj.Text("reason") ?? ""),
        TableColumn.Text("Object", obj => $"{obj.Text("involvedObject", "kind")?.ToLowerInvariant()}/{obj.Text("involvedObject", "name")}"),
        TableColumn.Wide("Subobject", obj => obj.Text("involvedObject", "fieldPath") ?? ""),
        TableColumn.Wide("Source", Source),
        TableColumn.Text("Message", obj => obj.Text("message")?.Trim() ?? ""),
        new("First Seen", "string", "", 1, (obj, now) => HumanDuration.Since(FirstSeen(obj), now)),
        TableColumn.Integer("Count", obj => obj.Number("series", "count") ?? obj.Number("count") ?? 1) with { Priority = 1 },
        TableColumn.ObjectName with { Priority = 1 },
    ];

    /// <summary>When the event happened last, for its column and its end of life.</summary>
    public static string? LastSeen(JsonObject obj) =>
        obj.Text("series", "lastObservedTime") ?? obj.Text("lastTimestamp") ?? obj.Text("eventTime");

    private static string? FirstSeen(JsonObject obj) => obj.Text("firstTimestamp") ?? obj.Text("eventTime");

    private static string Source(JsonObject obj)
    {
        var component = obj.Text("source", "component") ?? obj.Text("reportingComponent") ?? "";
        return obj.Text("source", "host") is { Length: > 0 } host ? $"{component}, {host}" : component;
    }
}
