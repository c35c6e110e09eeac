using System.Text;
using Weft.Compilers;
using Weft.Compilers.Offline;
using Weft.Kubernetes;
using Weft.Model.Nftables;
using Weft.Model.Nodes;

namespace Weft.Cli.Rendering;

/// <summary>What the agent would program for pods of a node: settings, overlay, routes, rules, masquerade.</summary>
internal static class RenderedRoutes
{
    /// <summary>Compiles for a machine with one interface, <c>eth0</c>, that has the node's addresses (/24 and /64).</summary>
    public static NodeCompilation Compile(ClusterSnapshot objects, string node) => NodeCompiler.Compile(objects, node, AssumedMachine.Of(objects, node));

    public static string Of(NodeState state)
    {
        var text = new StringBuilder();
        Section(text, "settings (sysctl)", state.Sysctls.Select(sysctl => $"{sysctl.Path.Replace('/', '.')} = {sysctl.Value}"));
        if (state.Overlay is { } overlay)
            Section(text, "overlay", [$"{OverlayDevice.Name}: vxlan id {overlay.Vni} port {overlay.Port} local {overlay.Local} mtu {overlay.Mtu} address {overlay.Mac}"]);
        Section(text, "forwarding (bridge fdb)", state.Forwarding.Select(entry => $"{entry.Address} dst {entry.Destination} dev {OverlayDevice.Name}"));
        Section(text, "neighbours", state.Neighbours.Select(entry => $"{entry.Address} dev {OverlayDevice.Name}"));
        Section(text, "routes (proto 87)", state.Routes.Select(route => route.ToString()!));
        Section(text, "rules", state.Rules.Select(rule => rule.ToString()!));
        return $"{text}# masquerade\n{NftPrinter.Print(state.Nftables)}";
    }

    private static void Section(StringBuilder text, string title, IEnumerable<string> lines)
    {
        var all = lines.ToList();
        if (all.Count == 0)
            return;
        text.Append("# ").Append(title).Append('\n').AppendJoin('\n', all).Append("\n\n");
    }
}
