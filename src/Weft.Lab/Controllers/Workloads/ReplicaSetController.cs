using System.Text.Json.Nodes;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Controllers;

/// <summary>Keeps as many pods as each ReplicaSet wants.</summary>
/// <remarks>Its own writes show in the shared copy at once, so no pod is made twice and none too many deleted.</remarks>
internal sealed class ReplicaSetController(ControllerContext context) : Controller(context)
{
    /// <summary>Pods made or deleted for one ReplicaSet in one turn; upstream's burst.</summary>
    private const int Burst = 500;

    private readonly PodClaims _claims = new(context);

    public override string Name => "replicaset";

    protected override Task SubscribeAsync(ChangeSignal signal, CancellationToken cancel)
    {
        Cluster.ReplicaSets.OnChange(signal);
        Cluster.Pods.OnChange(signal);
        return Task.WhenAll(Cluster.ReplicaSets.Synced, Cluster.Pods.Synced);
    }

    protected override async Task ReconcileAsync(Turn turn, CancellationToken cancel)
    {
        var sets = Cluster.ReplicaSets.Items.Values;
        var pods = Cluster.Pods.Items.Values.ToLookup(pod => pod.Metadata.Namespace ?? "", StringComparer.Ordinal);
        foreach (var set in sets.OrderBy(set => set.Key()))
        {
            await turn.TryAsync($"replica set {set.Key()}", async () =>
            {
                var active = pods[set.Metadata.Namespace ?? ""].Where(pod => pod.IsActive());
                var mine = await _claims.OfAsync(set, set.Spec.Selector, active, _ => true, cancel).ConfigureAwait(false);
                var failure = set.IsTerminating() ? null : await ScaleAsync(set, mine, turn, cancel).ConfigureAwait(false);
                await ReportAsync(set, mine, failure, turn, cancel).ConfigureAwait(false);
            }).ConfigureAwait(false);
        }
    }

    private async Task<KubeApiException?> ScaleAsync(ReplicaSet set, List<Pod> mine, Turn turn, CancellationToken cancel)
    {
        var missing = (set.Spec.Replicas ?? 1) - mine.Count;
        if (missing > 0)
            return await GrowAsync(set, mine, Math.Min(missing, Burst), turn, cancel).ConfigureAwait(false);
        var surplus = DeletionOrder.Of(mine).Take(Math.Min(-missing, Burst)).ToList();
        KubeApiException? failure = null;
        await Turn.ForEachAsync(surplus, async pod =>
        {
            var refusal = await turn.TryAsync($"deleting pod {pod.Key()}", () => DeleteAsync(set, pod, cancel)).ConfigureAwait(false);
            if (refusal is null)
            {
                lock (mine)
                    mine.Remove(pod);
            }
            else if (!refusal.IsConflict)
            {
                failure = refusal;
            }
        }, cancel).ConfigureAwait(false);
        return failure;
    }

    private async Task<KubeApiException?> GrowAsync(ReplicaSet set, List<Pod> mine, int count, Turn turn, CancellationToken cancel)
    {
        // One pod first, then twice as many each time: a template that the server refuses is refused once, not a hundred times.
        for (var step = 1; count > 0; step *= 2)
        {
            KubeApiException? failure = null;
            var now = Math.Min(step, count);
            await Turn.ForEachAsync(Enumerable.Range(0, now), async _ =>
            {
                var refusal = await turn.TryAsync($"creating a pod of {set.Key()}", () => CreateAsync(set, mine, cancel)).ConfigureAwait(false);
                failure = refusal ?? failure;
            }, cancel).ConfigureAwait(false);
            if (failure is not null)
            {
                Context.Events.Warning(set, "FailedCreate", $"Error creating: {failure.Message}");
                return failure;
            }

            count -= now;
        }

        return null;
    }

    private async Task CreateAsync(ReplicaSet set, List<Pod> mine, CancellationToken cancel)
    {
        var template = set.Spec.Template.ToObject();
        var source = template["metadata"] as JsonObject ?? [];
        var owner = KubeJson.ToJson(new Pod { Metadata = new() { OwnerReferences = [OwnerReference.ControllerOf(set)] } });
        var metadata = new JsonObject { ["generateName"] = $"{set.Metadata.Name}-", ["namespace"] = set.Metadata.Namespace };
        foreach (var field in (string[])["labels", "annotations", "finalizers"])
        {
            if (source[field] is { } value)
                metadata[field] = value.DeepClone();
        }

        metadata["ownerReferences"] = owner["metadata"]!["ownerReferences"]!.DeepClone();
        var pod = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Pod", ["metadata"] = metadata, ["spec"] = template["spec"]?.DeepClone() };
        var created = await Context.CreateAsync(Cluster.Pods, set.Metadata.Namespace, pod, cancel).ConfigureAwait(false);
        Context.Events.Normal(set, "SuccessfulCreate", $"Created pod: {created.Metadata.Name}");
        lock (mine)
            mine.Add(created);
    }

    private async Task DeleteAsync(ReplicaSet set, Pod pod, CancellationToken cancel)
    {
        if (await Context.DeleteAsync(Cluster.Pods, pod, new DeleteOptions(), cancel).ConfigureAwait(false))
            Context.Events.Normal(set, "SuccessfulDelete", $"Deleted pod: {pod.Metadata.Name}");
    }

    private async Task ReportAsync(ReplicaSet set, List<Pod> mine, KubeApiException? failure, Turn turn, CancellationToken cancel)
    {
        var now = Context.Time.GetUtcNow();
        var counts = PodCounts.Of(mine, set.Spec.MinReadySeconds, set.Spec.Template.Labels, now);
        if (PodCounts.NextAvailable(mine, set.Spec.MinReadySeconds, now) is { } soon)
            turn.After(soon);
        var conditions = set.Status.Conditions;
        if (failure is null)
            conditions = conditions.Without("ReplicaFailure");
        else
            conditions = conditions.With(new Condition { Type = "ReplicaFailure", Status = "True", Reason = "FailedCreate", Message = failure.Message }, Context.Now);
        var status = set.Status with
        {
            Replicas = counts.Total,
            FullyLabeledReplicas = counts.FullyLabeled,
            ReadyReplicas = counts.Ready,
            AvailableReplicas = counts.Available,
            ObservedGeneration = set.Metadata.Generation,
            Conditions = conditions,
        };
        await Context.PatchStatusAsync(Cluster.ReplicaSets, set, set with { Status = status }, cancel).ConfigureAwait(false);
    }
}
