using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Controllers;

/// <summary>Makes, sizes and cleans up the ReplicaSets of a Deployment.</summary>
internal sealed class DeploymentScaler(ControllerContext context)
{
    private ClusterInformers Cluster => context.Cluster;

    /// <summary>Does the next step.</summary>
    /// <returns>The ReplicaSets afterwards.</returns>
    public async Task<List<ReplicaSet>> StepAsync(DeploymentState state, CancellationToken cancel)
    {
        if (state.Deployment.Spec.Paused)
            return await SpreadAsync(state, cancel).ConfigureAwait(false);
        var revision = state.Old.Select(Revisions.Of).DefaultIfEmpty().Max() + 1;
        var current = state.Current is null
            ? await CreateAsync(state, revision, cancel).ConfigureAwait(false)
            : await PromoteAsync(state.Current, revision, cancel).ConfigureAwait(false);
        if (current is not null)
            await NoteRevisionAsync(state.Deployment, current, cancel).ConfigureAwait(false);
        var sets = await ResizeAsync(state, current, cancel).ConfigureAwait(false);
        return await CleanUpAsync(state, sets, cancel).ConfigureAwait(false);
    }

    private async Task<ReplicaSet?> CreateAsync(DeploymentState state, long revision, CancellationToken cancel)
    {
        if (state.IsRecreate && (state.Old.Any(set => set.Spec.Replicas > 0) || state.HasOldPods))
            return null;
        var deployment = state.Deployment;
        var hash = TemplateHash.Of(deployment.Spec.Template, deployment.Status.CollisionCount ?? 0);
        var replicas = RollingPlan.Step(state.Desired, state.Surge, state.Unavailable, default, [.. state.Old.Select(state.Plan)]).Current;
        var template = deployment.Spec.Template.WithLabel(TemplateHash.Label, hash);
        var set = new ReplicaSet
        {
            Metadata = new ObjectMeta
            {
                Name = $"{deployment.Metadata.Name}-{hash}",
                Namespace = deployment.Metadata.Namespace,
                Labels = template.Labels,
                Annotations = Revisions.Inherited(deployment).WithRevision(revision).WithSize(state.Desired, state.Surge),
                OwnerReferences = [OwnerReference.ControllerOf(deployment)],
            },
            Spec = new ReplicaSetSpec
            {
                Replicas = replicas,
                MinReadySeconds = deployment.Spec.MinReadySeconds,
                Selector = deployment.Spec.Selector! with { MatchLabels = deployment.Spec.Selector!.MatchLabels.With(TemplateHash.Label, hash) },
                Template = template,
            },
        };
        try
        {
            var created = await context.CreateAsync(Cluster.ReplicaSets, set.Metadata.Namespace, KubeJson.ToJson(set), cancel).ConfigureAwait(false);
            context.Events.Normal(deployment, "ScalingReplicaSet", $"Scaled up replica set {created.Metadata.Name} from 0 to {replicas}");
            return created;
        }
        catch (KubeApiException error) when (error.IsAlreadyExists)
        {
            return await ResolveCollisionAsync(state, set, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>The name is taken: by our own ReplicaSet that the copy does not show yet, or by another template of the same hash.</summary>
    private async Task<ReplicaSet?> ResolveCollisionAsync(DeploymentState state, ReplicaSet wanted, CancellationToken cancel)
    {
        var there = await context.Client.TryGetAsync<ReplicaSet>(wanted.Metadata.Namespace, wanted.Metadata.Name, cancel).ConfigureAwait(false);
        if (there is null || (there.Controller()?.Uid == state.Deployment.Metadata.Uid && there.Spec.Template == wanted.Spec.Template))
            return there;
        var status = state.Deployment.Status with { CollisionCount = (state.Deployment.Status.CollisionCount ?? 0) + 1 };
        await context.PatchStatusAsync(Cluster.Deployments, state.Deployment, state.Deployment with { Status = status }, cancel).ConfigureAwait(false);
        return null;
    }

    /// <summary>A template that comes back (<c>rollout undo</c>) becomes the newest revision.</summary>
    private Task<ReplicaSet> PromoteAsync(ReplicaSet set, long revision, CancellationToken cancel)
    {
        if (Revisions.Of(set) >= revision)
            return Task.FromResult(set);
        var metadata = set.Metadata with { Annotations = set.Metadata.Annotations.WithRevision(revision) };
        return context.PatchAsync(Cluster.ReplicaSets, set, set with { Metadata = metadata }, cancel);
    }

    private Task NoteRevisionAsync(Deployment deployment, ReplicaSet current, CancellationToken cancel)
    {
        if (Revisions.Of(deployment) == Revisions.Of(current))
            return Task.CompletedTask;
        var metadata = deployment.Metadata with { Annotations = deployment.Metadata.Annotations.WithRevision(Revisions.Of(current)) };
        return context.PatchAsync(Cluster.Deployments, deployment, deployment with { Metadata = metadata }, cancel);
    }

    private async Task<List<ReplicaSet>> ResizeAsync(DeploymentState state, ReplicaSet? current, CancellationToken cancel)
    {
        var newest = state.Plan(state.Current) with { Wanted = current?.Spec.Replicas ?? 0 };
        var (currentSize, oldSizes) = state.IsRecreate
            ? (current is null || state.HasOldPods ? newest.Wanted : state.Desired, new int[state.Old.Count])
            : RollingPlan.Step(state.Desired, state.Surge, state.Unavailable, newest, [.. state.Old.Select(state.Plan)]);
        var sets = new List<ReplicaSet>();
        for (var i = 0; i < state.Old.Count; i++)
            sets.Add(await ScaleAsync(state, state.Old[i], oldSizes[i], cancel).ConfigureAwait(false));
        if (current is not null)
            sets.Add(await ScaleAsync(state, current, currentSize, cancel).ConfigureAwait(false));
        return sets;
    }

    /// <summary>A paused Deployment still follows its size, without moving between templates.</summary>
    private async Task<List<ReplicaSet>> SpreadAsync(DeploymentState state, CancellationToken cancel)
    {
        var active = state.All.Where(set => set.Spec.Replicas > 0).ToList();
        if (active.Count == 0 && (state.Current ?? state.Old.MaxBy(Revisions.Of)) is { } newest)
            active.Add(newest);
        if (active.TrueForAll(set => Revisions.DesiredOf(set) == state.Desired))
            return [.. state.All];
        var total = active.Count > 1 ? state.Desired + state.Surge : state.Desired;
        var sizes = active.Count > 1 ? RollingPlan.Proportional(total, active.ConvertAll(set => set.Spec.Replicas ?? 0)) : [state.Desired];
        var sets = state.All.Except(active).ToList();
        for (var i = 0; i < active.Count; i++)
            sets.Add(await ScaleAsync(state, active[i], sizes[i], cancel).ConfigureAwait(false));
        return sets;
    }

    private async Task<ReplicaSet> ScaleAsync(DeploymentState state, ReplicaSet set, int replicas, CancellationToken cancel)
    {
        var from = set.Spec.Replicas ?? 0;
        var annotations = from > 0 || replicas > 0 ? set.Metadata.Annotations.WithSize(state.Desired, state.Surge) : set.Metadata.Annotations;
        var scaled = set with
        {
            Metadata = set.Metadata with { Annotations = annotations },
            Spec = set.Spec with { Replicas = replicas, MinReadySeconds = state.Deployment.Spec.MinReadySeconds },
        };
        if (scaled == set)
            return set;
        var stored = await context.PatchAsync(Cluster.ReplicaSets, set, scaled, cancel).ConfigureAwait(false);
        if (from != replicas)
            context.Events.Normal(state.Deployment, "ScalingReplicaSet", $"Scaled {(replicas > from ? "up" : "down")} replica set {set.Metadata.Name} from {from} to {replicas}");
        return stored;
    }

    /// <summary>Deletes old ReplicaSets beyond the history that the Deployment keeps.</summary>
    private async Task<List<ReplicaSet>> CleanUpAsync(DeploymentState state, List<ReplicaSet> sets, CancellationToken cancel)
    {
        var idle = sets.Where(set => state.Old.Any(old => old.Metadata.Uid == set.Metadata.Uid)
            && set is { Spec.Replicas: 0, Status.Replicas: 0 } && set.Status.ObservedGeneration >= set.Metadata.Generation && !set.IsTerminating()).ToList();
        var surplus = idle.Count - (state.Deployment.Spec.RevisionHistoryLimit ?? 10);
        foreach (var set in idle.OrderBy(Revisions.Of).Take(Math.Max(0, surplus)))
        {
            await context.DeleteAsync(Cluster.ReplicaSets, set, new DeleteOptions { PropagationPolicy = "Background" }, cancel).ConfigureAwait(false);
            sets.Remove(set);
        }

        return sets;
    }
}
