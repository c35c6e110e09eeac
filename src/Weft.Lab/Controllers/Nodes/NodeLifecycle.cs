using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;

namespace Weft.Lab.Controllers;

/// <summary>Watches over nodes: a lost one becomes Unknown and tainted, its pods not ready and in time evicted.</summary>
/// <remarks>A node is judged by its lease in <c>kube-node-lease</c>; one without a lease is taken at its word.</remarks>
internal sealed class NodeLifecycle(ControllerContext context) : Controller(context)
{
    private const string Silent = "NodeNotReady";

    // Leases from before this process started say nothing of nodes that start with it.
    private readonly DateTimeOffset _started = context.Time.GetUtcNow();
    private int _leases;

    public override string Name => "node-lifecycle";

    protected override Task SubscribeAsync(ChangeSignal signal, CancellationToken cancel)
    {
        Cluster.Nodes.OnChange(signal);
        Cluster.Pods.OnChange(signal);
        Cluster.Leases.OnChange(() => NoteLeases(signal));
        return Task.WhenAll(Cluster.Nodes.Synced, Cluster.Pods.Synced, Cluster.Leases.Synced);
    }

    protected override async Task ReconcileAsync(Turn turn, CancellationToken cancel)
    {
        var pods = Cluster.Pods.Items.Values.Where(pod => !string.IsNullOrEmpty(pod.Spec.NodeName)).ToLookup(pod => pod.Spec.NodeName!, StringComparer.Ordinal);
        var nodes = Cluster.Nodes.Items;
        foreach (var node in nodes.Values)
        {
            await turn.TryAsync($"node {node.Metadata.Name}", () => JudgeAsync(node, pods[node.Metadata.Name], turn, cancel)).ConfigureAwait(false);
        }

        foreach (var group in pods.Where(group => !nodes.ContainsKey(new ObjectKey("", group.Key))))
            await turn.TryAsync($"pods of node {group.Key}, which is gone", () => CollectAsync(group.Key, group, turn, cancel)).ConfigureAwait(false);
    }

    /// <summary>A renewal changes nothing unless the node had been given up: no turn for a heartbeat.</summary>
    private void NoteLeases(ChangeSignal signal)
    {
        var leases = Cluster.Leases.Items.Count;
        if (Interlocked.Exchange(ref _leases, leases) != leases || Cluster.Nodes.Items.Values.Any(node => node.Status.Conditions.Find("Ready")?.Status == "Unknown"))
            signal.Set();
    }

    private async Task JudgeAsync(Node node, IEnumerable<Pod> pods, Turn turn, CancellationToken cancel)
    {
        if (RemainingTrust(node) is { } trust)
        {
            if (trust > TimeSpan.Zero)
                turn.After(trust);
            else if (node.Status.Conditions.Find("Ready")?.Status != "Unknown")
                node = await GiveUpAsync(node, cancel).ConfigureAwait(false);
        }

        node = await TaintAsync(node, cancel).ConfigureAwait(false);
        var taint = NodeTaints.OfCondition(node);
        if (taint == NodeTaints.Unreachable)
            await Turn.ForEachAsync(pods.Where(pod => pod.IsReady()), pod => MarkSilentAsync(pod, cancel), cancel).ConfigureAwait(false);
        else if (taint is null)
            await Turn.ForEachAsync(pods.Where(IsMarkedSilent), pod => UnmarkAsync(pod, cancel), cancel).ConfigureAwait(false);
        await Turn.ForEachAsync(pods.Where(pod => pod.IsActive()), pod => EvictAsync(node, pod, turn, cancel), cancel).ConfigureAwait(false);
    }

    /// <summary>How long the node may stay silent yet; null when it has no lease.</summary>
    private TimeSpan? RemainingTrust(Node node)
    {
        var renewed = Cluster.Leases.Find("kube-node-lease", node.Metadata.Name)?.Spec.RenewTime;
        if (renewed is null)
            return null;
        var heard = renewed > _started ? renewed.Value : _started;
        return heard + Context.Options.NodeMonitorGracePeriod - Context.Time.GetUtcNow();
    }

    private async Task<Node> GiveUpAsync(Node node, CancellationToken cancel)
    {
        var conditions = node.Status.Conditions;
        if (conditions.Find("Ready") is null)
            conditions = conditions.With(new Condition { Type = "Ready", Status = "Unknown" }, Context.Now);
        foreach (var condition in (IEnumerable<Condition>)conditions)
        {
            // What others than the kubelet say of the network stays.
            if (condition.Type != "NetworkUnavailable")
                conditions = conditions.With(condition with { Status = "Unknown", Reason = "NodeStatusUnknown", Message = "Kubelet stopped posting node status." }, Context.Now);
        }

        Context.Events.Normal(node, "NodeNotReady", $"Node {node.Metadata.Name} status is now: NodeNotReady");
        return await Context.PatchStatusAsync(Cluster.Nodes, node, node with { Status = node.Status with { Conditions = conditions } }, cancel).ConfigureAwait(false);
    }

    /// <summary>Keeps the taints <c>not-ready</c> and <c>unreachable</c> in step with the condition <c>Ready</c>.</summary>
    private async Task<Node> TaintAsync(Node node, CancellationToken cancel)
    {
        var key = NodeTaints.OfCondition(node);
        var taints = node.Spec.Taints.Where(taint => taint.Key is not (NodeTaints.NotReady or NodeTaints.Unreachable) || taint.Key == key).ToList();
        foreach (var effect in key is null ? (string[])[] : ["NoSchedule", "NoExecute"])
        {
            if (!taints.Exists(taint => taint.Key == key && taint.Effect == effect))
                taints.Add(new Taint { Key = key!, Effect = effect, TimeAdded = effect == "NoExecute" ? Context.Now : null });
        }

        if (taints.SequenceEqual(node.Spec.Taints))
            return node;
        return await Context.PatchAsync(Cluster.Nodes, node, node with { Spec = node.Spec with { Taints = taints.ToEquatableArray() } }, cancel).ConfigureAwait(false);
    }

    private static bool IsMarkedSilent(Pod pod) => pod.Status.Conditions.Find("Ready") is { Status: "False", Reason: Silent };

    private Task MarkSilentAsync(Pod pod, CancellationToken cancel) =>
        SetReadyAsync(pod, new Condition { Type = "Ready", Status = "False", Reason = Silent, Message = $"node {pod.Spec.NodeName} does not answer" }, cancel);

    /// <summary>The node answers again: the pod is what its containers are.</summary>
    private Task UnmarkAsync(Pod pod, CancellationToken cancel) =>
        SetReadyAsync(pod, new Condition { Type = "Ready", Status = pod.Status.Conditions.Find("ContainersReady")?.Status ?? "True" }, cancel);

    private Task SetReadyAsync(Pod pod, Condition ready, CancellationToken cancel)
    {
        var status = pod.Status with { Conditions = pod.Status.Conditions.With(ready, Context.Now) };
        return Context.PatchStatusAsync(Cluster.Pods, pod, pod with { Status = status }, cancel);
    }

    private async Task EvictAsync(Node node, Pod pod, Turn turn, CancellationToken cancel)
    {
        foreach (var taint in node.Spec.Taints.Where(taint => taint.Effect == "NoExecute"))
        {
            if (Patience(pod, taint) is not { } patience)
                continue;
            var left = (taint.TimeAdded ?? Context.Now) + patience - Context.Time.GetUtcNow();
            if (left > TimeSpan.Zero)
            {
                turn.After(left);
                continue;
            }

            Context.Events.Normal(pod, "TaintManagerEviction", $"Marking for deletion Pod {pod.Key()}");
            await Context.DeleteAsync(Cluster.Pods, pod, new DeleteOptions(), cancel).ConfigureAwait(false);
            return;
        }
    }

    /// <summary>How long a pod may stay under a taint; null for ever.</summary>
    private TimeSpan? Patience(Pod pod, Taint taint)
    {
        var tolerations = pod.Spec.Tolerations.Where(toleration => toleration.Tolerates(taint)).ToList();
        if (tolerations.Count == 0)
            return taint.Key is NodeTaints.NotReady or NodeTaints.Unreachable ? Context.Options.DefaultToleration : TimeSpan.Zero;
        return tolerations.Exists(toleration => toleration.TolerationSeconds is null)
            ? null
            : TimeSpan.FromSeconds(Math.Max(0, tolerations.Min(toleration => toleration.TolerationSeconds!.Value)));
    }

    /// <summary>Nobody is left to end the pods of a node that is gone: they are removed at once.</summary>
    private async Task CollectAsync(string node, IEnumerable<Pod> pods, Turn turn, CancellationToken cancel)
    {
        if (await Context.Client.TryGetAsync<Node>(null, node, cancel).ConfigureAwait(false) is not null)
            return;
        await Turn.ForEachAsync(pods, pod => turn.TryAsync($"removing pod {pod.Key()}", () =>
            Context.DeleteAsync(Cluster.Pods, pod, new DeleteOptions { GracePeriodSeconds = 0 }, cancel)), cancel).ConfigureAwait(false);
    }
}
