using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Weft.Cni.Runtime;

namespace Weft.KernelTests.Cni;

/// <summary>Calls plugin binaries on a node, ours and the reference ones.</summary>
internal sealed partial class PluginProcess(CniNode node)
{
    /// <summary>Where Debian puts the reference plugins.</summary>
    public const string Reference = "/usr/lib/cni";

    /// <summary>Our built plugins; skips the test where they were not built.</summary>
    public static string Ours()
    {
        var folder = Repository.PluginDirectory;
        Assert.SkipUnless(File.Exists(Path.Join(folder, "bridge")), $"the plugins are not built: ./build.sh publishes them to {folder}");
        return folder;
    }

    /// <summary>Skips the test where the reference plugins are not installed.</summary>
    public static void NeedsReference() =>
        Assert.SkipUnless(File.Exists($"{Reference}/bridge"), "the reference plugins are not installed (apt-get install containernetworking-plugins)");

    /// <summary>Runs a plugin's command to its end, or until it is cancelled.</summary>
    public async Task<PluginOutput> RunAsync(
        string folder, string command, string type, string pod, string config, string? searchPath = null, CancellationToken cancellation = default)
    {
        var invoker = new ProcessInvoker(["nsenter", $"--net={node.Pin("node")}"]);
        var environment = new Dictionary<string, string>
        {
            ["CNI_COMMAND"] = command,
            ["CNI_CONTAINERID"] = pod,
            ["CNI_NETNS"] = node.Pin(pod),
            ["CNI_IFNAME"] = "eth0",
            ["CNI_PATH"] = searchPath ?? folder,
        };
        return await invoker.InvokeAsync(Path.Join(folder, type), environment, Encoding.UTF8.GetBytes(config), cancellation);
    }

    /// <summary>Runs a command that must succeed and returns what it printed.</summary>
    public async Task<string> SucceedAsync(string folder, string command, string type, string pod, string config, string? searchPath = null)
    {
        var ended = await RunAsync(folder, command, type, pod, config, searchPath, TestContext.Current.CancellationToken);
        var output = Encoding.UTF8.GetString(ended.Output);
        Assert.True(ended.ExitCode == 0, $"{folder}/{type} {command}: {output} {ended.Diagnostics}");
        return output;
    }

    /// <summary>A result without what differs from run to run: hardware addresses and random names.</summary>
    public static string Normalized(string result)
    {
        var text = JsonNode.Parse(result)!.ToJsonString();
        return VethName().Replace(HardwareAddress().Replace(text, "MAC"), "VETH");
    }

    [GeneratedRegex("(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")]
    private static partial Regex HardwareAddress();

    [GeneratedRegex("veth[0-9a-f]{8}")]
    private static partial Regex VethName();
}
