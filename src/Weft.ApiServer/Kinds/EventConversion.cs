using System.Text.Json.Nodes;

namespace Weft.ApiServer.Kinds;

/// <summary>Between <c>events.k8s.io/v1</c> and the core Event: the same facts under other names.</summary>
internal sealed class EventConversion : IVersionConversion
{
    private static readonly (string Core, string Grouped)[] Names =
    [
        ("involvedObject", "regarding"),
        ("message", "note"),
        ("reportingComponent", "reportingController"),
        ("count", "deprecatedCount"),
        ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"),
        ("source", "deprecatedSource"),
    ];

    public string StorageKey => "events";

    public JsonObject ToStorage(JsonObject obj)
    {
        obj["apiVersion"] = "v1";
        foreach (var (core, grouped) in Names)
            Rename(obj, grouped, core);
        return obj;
    }

    public JsonObject FromStorage(JsonObject obj)
    {
        obj["apiVersion"] = "events.k8s.io/v1";
        foreach (var (core, grouped) in Names)
            Rename(obj, core, grouped);
        return obj;
    }

    private static void Rename(JsonObject obj, string from, string to)
    {
        if (!obj.TryGetPropertyValue(from, out var value))
            return;
        obj.Remove(from);
        obj[to] = value;
    }
}
