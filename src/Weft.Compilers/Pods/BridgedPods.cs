using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.Compilers.Clusters;

namespace Weft.Compilers.Pods;

/// <summary>Whether pods of a node are ports of one bridge, where packets between two of them are not routed.</summary>
public static class BridgedPods
{
    /// <summary>Where it exists, br_netfilter is there: frames on a bridge pass the IP hooks while it is 1.</summary>
    public const string Sysctl = "net/bridge/bridge-nf-call-iptables";

    private static readonly string[] Plugins = ["bridge", CniCompiler.PolicedBridge];

    /// <summary>By the generated configuration, or by the user's.</summary>
    public static bool Has(ClusterSettings settings) =>
        settings.CniConfiguration is { } text ? Names(text) : settings.Attachment == PodAttachment.Bridge;

    private static bool Names(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject list
                && (IsBridge(list) || (list["plugins"] is JsonArray plugins && plugins.Any(plugin => plugin is JsonObject one && IsBridge(one))));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsBridge(JsonObject plugin) => plugin["type"] is JsonValue type && type.TryGetValue<string>(out var name) && Plugins.Contains(name);
}
