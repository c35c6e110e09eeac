using System.Globalization;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;

namespace Weft.Lab.Controllers;

/// <summary>Gives every node its blocks of pod addresses, one per address family of the cluster.</summary>
/// <remarks>Blocks that nodes have are kept, whoever gave them. A node for which nothing is left is told so by condition and Event.</remarks>
internal sealed class NodeIpam(ControllerContext context) : Controller(context)
{
    private const string Exhausted = "PodCIDRNotAvailable";

    public override string Name => "node-ipam";

    protected override Task SubscribeAsync(ChangeSignal signal, CancellationToken cancel)
    {
        Cluster.Nodes.OnChange(signal);
        return Cluster.Nodes.Synced;
    }

    protected override async Task ReconcileAsync(Turn turn, CancellationToken cancel)
    {
        var nodes = Cluster.Nodes.Items.Values.OrderBy(node => node.Metadata.CreationTimestamp).ThenBy(node => node.Key()).ToList();
        var without = nodes.Where(node => Blocks(node).Count == 0 && !node.IsTerminating()).ToList();
        if (without.Count == 0)
            return;
        var taken = nodes.SelectMany(Blocks).Concat((IEnumerable<IpPrefix>)Context.Options.ServiceCidrs).ToList();
        var allocators = ((IEnumerable<IpPrefix>)Context.Options.PodCidrs).Select(range => new PodCidrAllocator(range, BlockLength(range), taken)).ToList();
        foreach (var node in without)
            await turn.TryAsync($"pod range of node {node.Metadata.Name}", () => AssignAsync(node, allocators, cancel)).ConfigureAwait(false);
    }

    private int BlockLength(IpPrefix range) => range.IsV6 ? Context.Options.NodeCidrMaskSizeV6 : Context.Options.NodeCidrMaskSizeV4;

    private static List<IpPrefix> Blocks(Node node)
    {
        var blocks = new List<IpPrefix>();
        foreach (var text in node.Spec.PodCIDRs.Count > 0 ? (IEnumerable<string>)node.Spec.PodCIDRs : [node.Spec.PodCIDR ?? ""])
        {
            if (IpPrefix.TryParse(text, out var block))
                blocks.Add(block);
        }

        return blocks;
    }

    private async Task AssignAsync(Node node, List<PodCidrAllocator> allocators, CancellationToken cancel)
    {
        var blocks = new List<string>();
        foreach (var allocator in allocators)
        {
            if (!allocator.TryAllocate(out var block))
            {
                await RefuseAsync(node, allocator, cancel).ConfigureAwait(false);
                return;
            }

            blocks.Add(block.ToString());
        }

        var assigned = node with { Spec = node.Spec with { PodCIDR = blocks[0], PodCIDRs = blocks.ToEquatableArray() } };
        var stored = await Context.PatchAsync(Cluster.Nodes, node, assigned, cancel).ConfigureAwait(false);
        if (stored.Status.Conditions.Find("NetworkUnavailable")?.Reason == Exhausted)
            await SetConditionAsync(stored, "False", "PodCIDRAllocated", "The node has its pod ranges", cancel).ConfigureAwait(false);
    }

    private async Task RefuseAsync(Node node, PodCidrAllocator allocator, CancellationToken cancel)
    {
        var total = allocator.Blocks.ToString(CultureInfo.InvariantCulture);
        var message = $"pod range {allocator.Range} has no free /{allocator.BlockLength} left for node {node.Metadata.Name}: all {total} are taken; "
            + "use a larger pod range, or fewer nodes";
        if (node.Status.Conditions.Find("NetworkUnavailable") is { Reason: Exhausted } old && old.Message == message)
            return;
        await SetConditionAsync(node, "True", Exhausted, message, cancel).ConfigureAwait(false);
        Context.Events.Warning(node, "CIDRNotAvailable", message);
    }

    private Task SetConditionAsync(Node node, string status, string reason, string message, CancellationToken cancel)
    {
        var condition = new Condition { Type = "NetworkUnavailable", Status = status, Reason = reason, Message = message, LastHeartbeatTime = Context.Now };
        var changed = node with { Status = node.Status with { Conditions = node.Status.Conditions.With(condition, Context.Now) } };
        return Context.PatchStatusAsync(Cluster.Nodes, node, changed, cancel);
    }
}
