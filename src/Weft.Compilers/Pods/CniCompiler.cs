using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.Compilers.Clusters;
using Weft.Model;
using Weft.Model.Nodes;

namespace Weft.Compilers.Pods;

/// <summary>Makes the CNI configuration list of a node: the generated one, or the user's, fitted to the node.</summary>
/// <remarks>
/// Addresses come from the node's podCIDRs, masquerade is left to the agent (a plugin's own would exempt one node's range only and so
/// translate pod to pod across nodes), pods are held to their own address, and none runs before the kernel has its policies.
/// </remarks>
public static class CniCompiler
{
    /// <summary>Understood by every runtime since containerd 1.6 and CRI-O 1.22.</summary>
    private const string Version = "1.0.0";

    private const string NetworkName = "weft";

    /// <summary>The last of a chain: ADD returns when the kernel has the pod's policies.</summary>
    private const string PolicyPlugin = "weft-policy";

    /// <summary>ptp and that in one plugin.</summary>
    private const string PolicedPtp = "weft-ptp";

    /// <summary>bridge and that in one plugin.</summary>
    internal const string PolicedBridge = "weft-bridge";

    /// <summary>Longer than a node that is not cut off takes to learn that a pod is gone.</summary>
    private const int ReuseDelaySeconds = 30;

    /// <summary>Name of the bridge that the generated configuration uses.</summary>
    public const string BridgeName = "weft0";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Compiles for one node.</summary>
    /// <returns>No file when the user's configuration is unusable or the node has no podCIDR: whatever is in place stays.</returns>
    public static (CniFile? File, EquatableArray<Problem> Problems) Compile(
        ClusterSettings settings, ClusterNode self, int mtu, EquatableArray<string>? installedPlugins)
    {
        if (self.PodRanges.Count == 0)
            return (null, []);
        if (settings.CniConfiguration is not { } text)
            return Generate(settings, self.PodRanges, mtu, installedPlugins);
        var problems = ImmutableArray.CreateBuilder<Problem>();
        var list = UserConfiguration.Read(text, self.PodRanges, installedPlugins, problems);
        if (list is not null && settings.PodStart == PodStart.Protected && !NamesPolicyPlugin(list))
            problems.Add(new Problem(self.ObjectName, "PolicyPluginMissing", $"cni-conf of {ClusterSettingsParser.ObjectName} does not name the plugin {PolicyPlugin}, so pods may run for a moment before their policies are in force: write {PolicedPtp} for its type ptp, {PolicedBridge} for bridge, or add {{\"type\": \"{PolicyPlugin}\"}} behind its other plugins, or set pod-start to open there if that is meant"));
        return (list is null ? null : ToFile(list), problems.DrainToImmutable());
    }

    /// <summary>
    /// A node whose plugins are older than its agent gets the chain of two that they know, or goes without the second: better a moment without policies than
    /// no pods.
    /// </summary>
    private static (CniFile File, EquatableArray<Problem> Problems) Generate(
        ClusterSettings settings, EquatableArray<IpPrefix> podRanges, int mtu, EquatableArray<string>? installedPlugins)
    {
        var list = Generate(settings.Attachment, podRanges, mtu);
        if (settings.PodStart == PodStart.Open)
            return (ToFile(list), []);
        var policed = settings.Attachment == PodAttachment.Bridge ? PolicedBridge : PolicedPtp;
        if (installedPlugins?.AsSpan().Contains(policed) ?? true)
        {
            list["plugins"]![0]!["type"] = policed;
            return (ToFile(list), []);
        }

        if (!installedPlugins.Value.AsSpan().Contains(PolicyPlugin))
            return (ToFile(list), [new Problem(ClusterSettingsParser.ObjectName, "PluginMissing", $"the CNI plugin {policed} is not installed on this node: pods may run for a moment before their policies are in force; run 'weft cni install'")]);
        ((JsonArray)list["plugins"]!).Add((JsonNode)new JsonObject { ["type"] = PolicyPlugin });
        return (ToFile(list), []);
    }

    private static JsonObject Generate(PodAttachment attachment, EquatableArray<IpPrefix> podRanges, int mtu)
    {
        var plugin = attachment == PodAttachment.Bridge
            ? new JsonObject { ["type"] = "bridge", ["bridge"] = BridgeName, ["isDefaultGateway"] = true, ["hairpinMode"] = true }
            : new JsonObject { ["type"] = "ptp" };
        plugin["mtu"] = mtu;
        plugin["ipMasq"] = false;
        plugin["spoofCheck"] = true;
        plugin["ipam"] = new JsonObject
        {
            ["type"] = "host-local",
            ["ranges"] = HostLocal.Ranges(podRanges),
            ["routes"] = HostLocal.DefaultRoutes(podRanges),
            ["reuseDelaySeconds"] = ReuseDelaySeconds,
        };
        return new JsonObject { ["cniVersion"] = Version, ["name"] = NetworkName, ["plugins"] = new JsonArray(plugin) };
    }

    private static bool NamesPolicyPlugin(JsonObject list) =>
        ((JsonArray)list["plugins"]!).Any(plugin =>
        plugin?["type"] is JsonValue type && type.TryGetValue<string>(out var name) && name is PolicyPlugin or PolicedPtp or PolicedBridge);

    private static CniFile ToFile(JsonObject list) => new(list.ToJsonString(Indented) + "\n");
}
