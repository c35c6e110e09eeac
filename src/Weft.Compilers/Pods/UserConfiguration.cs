using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.Compilers.Clusters;
using Weft.Model;

namespace Weft.Compilers.Pods;

/// <summary>Checks a user's CNI configuration and fits it to one node.</summary>
/// <remarks>
/// Two things are changed, each with a notice: host-local ranges outside the node's podCIDRs, since two nodes with one range would give
/// two pods one address, and <c>ipMasq</c>, since a plugin exempts one node's range only. All else stays as written.
/// </remarks>
internal static class UserConfiguration
{
    private static readonly string[] Versions = ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"];

    /// <summary>Reads a configuration list, or a single configuration, which becomes a list of one.</summary>
    /// <returns>Null when a runtime could not use it; the problems say why.</returns>
    public static JsonObject? Read(
        string text, EquatableArray<IpPrefix> podRanges, EquatableArray<string>? installed, ImmutableArray<Problem>.Builder problems)
    {
        if (Parse(text, problems) is not { } list)
            return null;
        var before = problems.Count;
        CheckHead(list, problems);
        var plugins = Plugins(list, problems);
        foreach (var plugin in plugins)
            CheckTypes(plugin, installed, problems);
        if (problems.Count > before)
            return null;
        foreach (var plugin in plugins)
            Fit(plugin, podRanges, problems);
        return list;
    }

    private static JsonObject? Parse(string text, ImmutableArray<Problem>.Builder problems)
    {
        try
        {
            if (JsonNode.Parse(text) is JsonObject parsed)
                return parsed.ContainsKey("plugins") ? parsed : Wrap(parsed);
            problems.Add(Bad("is JSON, but no object: write a CNI configuration list"));
        }
        catch (JsonException e)
        {
            problems.Add(Bad($"is not JSON: {e.Message}"));
        }

        return null;
    }

    private static JsonObject Wrap(JsonObject single)
    {
        var list = new JsonObject { ["cniVersion"] = single["cniVersion"]?.DeepClone(), ["name"] = single["name"]?.DeepClone() };
        single.Remove("cniVersion");
        single.Remove("name");
        list["plugins"] = new JsonArray(single);
        return list;
    }

    private static void CheckHead(JsonObject list, ImmutableArray<Problem>.Builder problems)
    {
        if (Text(list, "name") is not { Length: > 0 })
            problems.Add(Bad("has no name"));
        if (Text(list, "cniVersion") is not { } version)
            problems.Add(Bad($"has no cniVersion; use one of {string.Join(", ", Versions)}"));
        else if (!Versions.Contains(version))
            problems.Add(Bad($"has cniVersion {version}, which is unsupported; use one of {string.Join(", ", Versions)}"));
    }

    private static JsonObject[] Plugins(JsonObject list, ImmutableArray<Problem>.Builder problems)
    {
        if (list["plugins"] is JsonArray { Count: > 0 } array && array.All(plugin => plugin is JsonObject))
            return [.. array.Cast<JsonObject>()];
        problems.Add(Bad("has no plugins: write a list of at least one object"));
        return [];
    }

    private static void CheckTypes(JsonObject plugin, EquatableArray<string>? installed, ImmutableArray<Problem>.Builder problems)
    {
        if (Text(plugin, "type") is not { Length: > 0 } type)
            problems.Add(Bad("has a plugin without a type"));
        else
            CheckInstalled("plugin", type, installed, problems);
        if (plugin["ipam"] is JsonObject ipam && Text(ipam, "type") is { Length: > 0 } ipamType)
            CheckInstalled("ipam", ipamType, installed, problems);
    }

    private static void CheckInstalled(string what, string type, EquatableArray<string>? installed, ImmutableArray<Problem>.Builder problems)
    {
        if (installed is { } names && !names.Contains(type))
            problems.Add(Bad($"names the {what} type '{type}', which is not installed on the node; installed are {string.Join(", ", names.AsEnumerable())}"));
    }

    private static void Fit(JsonObject plugin, EquatableArray<IpPrefix> podRanges, ImmutableArray<Problem>.Builder problems)
    {
        if (plugin["ipMasq"] is JsonValue masquerade && masquerade.TryGetValue<bool>(out var wanted) && wanted)
        {
            plugin["ipMasq"] = false;
            problems.Add(Notice("ipMasq is left out: the agent masquerades what leaves the cluster, the plugin would also translate pod to pod across nodes"));
        }

        if (plugin["ipam"] is not JsonObject ipam || Text(ipam, "type") != "host-local")
            return;
        var subnets = HostLocal.Subnets(ipam).ToList();
        if (subnets.Count > 0 && subnets.All(subnet => Within(subnet, podRanges)))
            return;
        if (subnets.Count > 0)
            problems.Add(Notice($"{string.Join(", ", subnets)} is replaced by the node's podCIDR {string.Join(", ", podRanges.AsEnumerable())}: a range shared by nodes would give two pods one address"));
        foreach (var key in (string[])["subnet", "rangeStart", "rangeEnd", "gateway", "ranges"])
            ipam.Remove(key);
        ipam["ranges"] = HostLocal.Ranges(podRanges);
        ipam["routes"] ??= HostLocal.DefaultRoutes(podRanges);
    }

    private static bool Within(string subnet, EquatableArray<IpPrefix> podRanges) =>
        IpPrefix.TryParse(subnet, out var range) && podRanges.Any(podRange => podRange.Contains(range));

    private static string? Text(JsonObject obj, string key) =>
        obj[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static Problem Bad(string message) => new(ClusterSettingsParser.ObjectName, "InvalidCniConf", $"cni-conf {message} (the configuration in place is kept)");

    private static Problem Notice(string message) => new(ClusterSettingsParser.ObjectName, "CniConfAdapted", $"cni-conf: {message}");
}
