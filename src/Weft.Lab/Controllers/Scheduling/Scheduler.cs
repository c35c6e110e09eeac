using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Controllers;

/// <summary>Binds pods to nodes.</summary>
/// <remarks>A pod that was just bound counts as bound before the watch says so; otherwise the next ones would be piled on its node.</remarks>
internal sealed class Scheduler(ControllerContext context) : Controller(context)
{
    private readonly ConcurrentDictionary<string, string> _justBound = new(StringComparer.Ordinal);

    public override string Name => "scheduler";

    protected override Task SubscribeAsync(ChangeSignal signal, CancellationToken cancel)
    {
        Cluster.Pods.OnChange(signal);
        Cluster.Nodes.OnChange(signal);
        return Task.WhenAll(Cluster.Pods.Synced, Cluster.Nodes.Synced);
    }

    protected override async Task ReconcileAsync(Turn turn, CancellationToken cancel)
    {
        var pods = Cluster.Pods.Items.Values.Select(Assume).ToList();
        var waiting = pods.Where(IsWaiting).OrderByDescending(pod => pod.Spec.Priority ?? 0)
            .ThenBy(pod => pod.Metadata.CreationTimestamp).ThenBy(pod => pod.Key()).ToList();
        Forget();
        if (waiting.Count == 0)
            return;
        var placement = new Placement(Cluster.Nodes.Items.Values, pods);
        var decisions = waiting.ConvertAll(pod => (Pod: pod, Node: placement.Place(pod, out var why), Why: why));
        await Turn.ForEachAsync(decisions, decision => turn.TryAsync($"placing {decision.Pod.Key()}", () => decision.Node is null
            ? RefuseAsync(decision.Pod, decision.Why, cancel)
            : BindAsync(decision.Pod, decision.Node, cancel)), cancel).ConfigureAwait(false);
    }

    private Pod Assume(Pod pod) =>
        string.IsNullOrEmpty(pod.Spec.NodeName) && _justBound.TryGetValue(pod.Metadata.Uid ?? "", out var node) ? pod with { Spec = pod.Spec with { NodeName = node } } : pod;

    private void Forget()
    {
        if (_justBound.IsEmpty)
            return;
        var unbound = Cluster.Pods.Items.Values.Where(pod => string.IsNullOrEmpty(pod.Spec.NodeName)).Select(pod => pod.Metadata.Uid ?? "").ToHashSet(StringComparer.Ordinal);
        foreach (var uid in _justBound.Keys.Where(uid => !unbound.Contains(uid)))
            _justBound.TryRemove(uid, out _);
    }

    private bool IsWaiting(Pod pod) =>
        string.IsNullOrEmpty(pod.Spec.NodeName) && pod.IsActive() && pod.Spec.SchedulingGates.Count == 0
        && (string.IsNullOrEmpty(pod.Spec.SchedulerName) || pod.Spec.SchedulerName == Context.Options.SchedulerName);

    private async Task BindAsync(Pod pod, string node, CancellationToken cancel)
    {
        var binding = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Binding",
            ["metadata"] = new JsonObject { ["name"] = pod.Metadata.Name, ["namespace"] = pod.Metadata.Namespace, ["uid"] = pod.Metadata.Uid },
            ["target"] = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["name"] = node },
        };
        await Context.Client.PostAsync(Pod.Resource.Path(pod.Metadata.Namespace, pod.Metadata.Name, "binding"), binding, cancel).ConfigureAwait(false);
        _justBound[pod.Metadata.Uid ?? ""] = node;
        Context.Events.Normal(pod, "Scheduled", $"Successfully assigned {pod.Key()} to {node}");
    }

    private async Task RefuseAsync(Pod pod, string why, CancellationToken cancel)
    {
        var refusal = new Condition { Type = "PodScheduled", Status = "False", Reason = "Unschedulable", Message = why };
        if (pod.Status.Conditions.Find("PodScheduled") is { Status: "False" } old && old.Message == why)
            return;
        var status = pod.Status with { Conditions = pod.Status.Conditions.With(refusal, Context.Now) };
        await Context.PatchStatusAsync(Cluster.Pods, pod, pod with { Status = status }, cancel).ConfigureAwait(false);
        Context.Events.Warning(pod, "FailedScheduling", why);
    }
}
