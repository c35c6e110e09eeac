using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Controllers;

/// <summary>Keeps the numbered pods of StatefulSets: made from the first, removed and replaced from the last, one at a time unless <c>Parallel</c>.</summary>
/// <remarks>There is no storage in a lab: volumes of <c>volumeClaimTemplates</c> are empty and end with their pod, which an Event says.</remarks>
internal sealed class StatefulSetController(ControllerContext context) : Controller(context)
{
    private readonly PodClaims _claims = new(context);
    private readonly RevisionKeeper _history = new(context, "controller.kubernetes.io/hash");

    public override string Name => "statefulset";

    protected override Task SubscribeAsync(ChangeSignal signal, CancellationToken cancel)
    {
        Cluster.StatefulSets.OnChange(signal);
        Cluster.Pods.OnChange(signal);
        Cluster.ControllerRevisions.OnChange(signal);
        return Task.WhenAll(Cluster.StatefulSets.Synced, Cluster.Pods.Synced, Cluster.ControllerRevisions.Synced);
    }

    protected override async Task ReconcileAsync(Turn turn, CancellationToken cancel)
    {
        if (Cluster.StatefulSets.Items.IsEmpty)
            return;
        var pods = Cluster.Pods.Items.Values.ToLookup(pod => pod.Metadata.Namespace ?? "", StringComparer.Ordinal);
        foreach (var set in Cluster.StatefulSets.Items.Values.OrderBy(set => set.Key()))
            await turn.TryAsync($"stateful set {set.Key()}", () => AttendAsync(set, pods[set.Metadata.Namespace ?? ""], turn, cancel)).ConfigureAwait(false);
    }

    private async Task AttendAsync(StatefulSet set, IEnumerable<Pod> candidates, Turn turn, CancellationToken cancel)
    {
        var pods = await _claims.OfAsync(set, set.Spec.Selector, candidates, pod => NumberedPod.IsOf(set, pod), cancel).ConfigureAwait(false);
        var history = await _history.FollowAsync(set, set.Spec.Selector, set.Spec.Template, cancel).ConfigureAwait(false);
        var state = new StatefulSetState(set, history, pods.ToDictionary(pod => pod.Metadata.Name, StringComparer.Ordinal), Context.Time.GetUtcNow());
        foreach (var left in state.Wanted.Select(index => state.AvailableIn(state.Find(index))).Where(left => left > TimeSpan.Zero))
            turn.After(left!.Value);
        if (!set.IsTerminating())
            await StepAsync(state, cancel).ConfigureAwait(false);
        var now = Cluster.Pods.Items.Values.Where(pod => pod.Controller()?.Uid == set.Metadata.Uid).ToList();
        var status = state.Report(now);
        await Context.PatchStatusAsync(Cluster.StatefulSets, set, set with { Status = status }, cancel).ConfigureAwait(false);
        var needed = now.Select(TemplatePod.RevisionOf).Append(status.CurrentRevision).ToHashSet();
        if (!set.IsTerminating())
            await _history.PruneAsync(history, set.Spec.RevisionHistoryLimit ?? 10, revision => needed.Contains(revision.Metadata.Name), cancel).ConfigureAwait(false);
    }

    private async Task StepAsync(StatefulSetState state, CancellationToken cancel)
    {
        foreach (var index in state.Wanted)
        {
            var pod = state.Find(index);
            if (pod is null)
                await CreateAsync(state.Set, state.RevisionFor(index), index, cancel).ConfigureAwait(false);
            else if (pod.IsFinished() && !pod.IsTerminating())
                await DeleteAsync(state.Set, pod, cancel).ConfigureAwait(false);
            if (!state.IsParallel && !state.IsAvailable(pod))
                return;
        }

        foreach (var surplus in state.Surplus())
        {
            if (!surplus.IsTerminating())
                await DeleteAsync(state.Set, surplus, cancel).ConfigureAwait(false);
            if (!state.IsParallel)
                return;
        }

        foreach (var former in state.IsRolling ? state.Replaceable() : [])
            await DeleteAsync(state.Set, former, cancel).ConfigureAwait(false);
    }

    private async Task CreateAsync(StatefulSet set, ControllerRevision revision, int index, CancellationToken cancel)
    {
        var pod = await Context.CreateAsync(Cluster.Pods, set.Metadata.Namespace, NumberedPod.Of(set, revision, index), cancel).ConfigureAwait(false);
        Context.Events.Normal(set, "SuccessfulCreate", $"create Pod {pod.Metadata.Name} in StatefulSet {set.Metadata.Name} successful");
        if (set.Spec.VolumeClaimTemplates.Count > 0)
            Context.Events.Warning(set, "ClaimsAreEmptyDirs", "a lab has no storage: the volumes of volumeClaimTemplates are empty and end with their pod");
    }

    private async Task DeleteAsync(StatefulSet set, Pod pod, CancellationToken cancel)
    {
        if (await Context.DeleteAsync(Cluster.Pods, pod, new DeleteOptions(), cancel).ConfigureAwait(false))
            Context.Events.Normal(set, "SuccessfulDelete", $"delete Pod {pod.Metadata.Name} in StatefulSet {set.Metadata.Name} successful");
    }
}
