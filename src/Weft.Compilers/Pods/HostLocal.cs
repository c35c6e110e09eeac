using System.Text.Json.Nodes;
using Weft.Model;

namespace Weft.Compilers.Pods;

/// <summary>The parts of a host-local IPAM configuration that depend on the node.</summary>
internal static class HostLocal
{
    /// <summary>One set per family, so that a pod gets an address of each.</summary>
    public static JsonArray Ranges(EquatableArray<IpPrefix> podRanges)
    {
        var sets = new JsonArray();
        foreach (var range in podRanges)
            sets.Add((JsonNode)new JsonArray(new JsonObject { ["subnet"] = range.ToString() }));
        return sets;
    }

    /// <summary>A default route per family.</summary>
    public static JsonArray DefaultRoutes(EquatableArray<IpPrefix> podRanges)
    {
        var routes = new JsonArray();
        foreach (var v6 in podRanges.Select(range => range.IsV6).Distinct().Order())
            routes.Add((JsonNode)new JsonObject { ["dst"] = v6 ? "::/0" : "0.0.0.0/0" });
        return routes;
    }

    /// <summary>Every subnet that a configuration names: the old single one and those of range sets.</summary>
    public static IEnumerable<string> Subnets(JsonObject ipam)
    {
        if (Text(ipam["subnet"]) is { } single)
            yield return single;
        foreach (var set in ipam["ranges"] as JsonArray ?? [])
        {
            foreach (var range in set as JsonArray ?? [])
            {
                if (Text((range as JsonObject)?["subnet"]) is { } subnet)
                    yield return subnet;
            }
        }
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
