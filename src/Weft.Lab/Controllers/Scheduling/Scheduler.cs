using System.Text.Json.Nodes;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Controllers;

/// <summary>Binds pods to nodes.</summary>
internal sealed class Scheduler(ControllerContext context) : Controller(context)
{
    public override string Name => "scheduler";

    protected override Task SubscribeAsync(ChangeSignal signal, CancellationToken cancel)
    {
        Cluster.Pods.OnChange(signal);
        Cluster.Nodes.OnChange(signal);
        return Task.WhenAll(Cluster.Pods.Synced, Cluster.Nodes.Synced);
    }

    protected override async Task ReconcileAsync(Turn turn, CancellationToken cancel)
    {
        var pods = Cluster.Pods.Items;
        var waiting = pods.Values.Where(IsWaiting).OrderByDescending(pod => pod.Spec.Priority ?? 0)
            .ThenBy(pod => pod.Metadata.CreationTimestamp).ThenBy(pod => pod.Key()).ToList();
        if (waiting.Count == 0)
            return;
        var placement = new Placement(Cluster.Nodes.Items.Values, pods.Values);
        var decisions = waiting.ConvertAll(pod => (Pod: pod, Node: placement.Place(pod, out var why), Why: why));
        await Turn.ForEachAsync(decisions, decision => turn.TryAsync($"placing {decision.Pod.Key()}", () => decision.Node is null
            ? RefuseAsync(decision.Pod, decision.Why, cancel)
            : BindAsync(decision.Pod, decision.Node, cancel)), cancel).ConfigureAwait(false);
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
