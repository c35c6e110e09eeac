using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;

namespace Weft.Lab.Controllers;

/// <summary>Moves the pods of Deployments to the present template, step by step.</summary>
internal sealed class DeploymentController(ControllerContext context) : Controller(context)
{
    private readonly DeploymentScaler _scaler = new(context);
    private readonly DeploymentReporter _reporter = new(context);

    public override string Name => "deployment";

    protected override Task SubscribeAsync(ChangeSignal signal, CancellationToken cancel)
    {
        Cluster.Deployments.OnChange(signal);
        Cluster.ReplicaSets.OnChange(signal);
        Cluster.Pods.OnChange(signal);
        return Task.WhenAll(Cluster.Deployments.Synced, Cluster.ReplicaSets.Synced, Cluster.Pods.Synced);
    }

    protected override async Task ReconcileAsync(Turn turn, CancellationToken cancel)
    {
        var sets = Cluster.ReplicaSets.Items.Values.ToLookup(set => set.Metadata.Namespace ?? "", StringComparer.Ordinal);
        var pods = Cluster.Pods.Items.Values.ToLookup(pod => pod.Controller()?.Uid ?? "", StringComparer.Ordinal);
        foreach (var deployment in Cluster.Deployments.Items.Values.OrderBy(deployment => deployment.Key()))
        {
            if (deployment.Spec.Selector is not { IsEmpty: false })
                continue;
            await turn.TryAsync($"deployment {deployment.Key()}", () => ReconcileAsync(deployment, sets[deployment.Metadata.Namespace ?? ""], pods, turn, cancel))
                .ConfigureAwait(false);
        }
    }

    private async Task ReconcileAsync(Deployment deployment, IEnumerable<ReplicaSet> sets, ILookup<string, Pod> pods, Turn turn, CancellationToken cancel)
    {
        var mine = await ClaimAsync(deployment, sets, cancel).ConfigureAwait(false);
        var state = new DeploymentState(deployment, mine, pods, Context.Time.GetUtcNow());
        if (!deployment.IsTerminating())
        {
            mine = await _scaler.StepAsync(state, cancel).ConfigureAwait(false);
            deployment = Cluster.Deployments.Find(deployment.Metadata.Namespace, deployment.Metadata.Name) is { } now && now.Metadata.Uid == deployment.Metadata.Uid ? now : deployment;
            state = new DeploymentState(deployment, mine, pods, Context.Time.GetUtcNow());
        }

        if (state.NextAvailable is { } soon)
            turn.After(soon);
        await _reporter.ReportAsync(state, turn, cancel).ConfigureAwait(false);
    }

    /// <summary>The ReplicaSets of a Deployment, orphans that match taken in.</summary>
    private async Task<List<ReplicaSet>> ClaimAsync(Deployment deployment, IEnumerable<ReplicaSet> sets, CancellationToken cancel)
    {
        var mine = new List<ReplicaSet>();
        foreach (var set in sets.Where(set => deployment.Spec.Selector!.Matches(set.Metadata.Labels)))
        {
            var owner = set.Controller();
            if (owner?.Uid == deployment.Metadata.Uid)
                mine.Add(set);
            else if (owner is null && !set.IsTerminating() && !deployment.IsTerminating() && await Context.IsStayingAsync(deployment, cancel).ConfigureAwait(false))
                mine.Add(await AdoptAsync(deployment, set, cancel).ConfigureAwait(false));
        }

        return mine;
    }

    private Task<ReplicaSet> AdoptAsync(Deployment deployment, ReplicaSet set, CancellationToken cancel)
    {
        EquatableArray<OwnerReference> owners = [.. (IEnumerable<OwnerReference>)set.Metadata.OwnerReferences, OwnerReference.ControllerOf(deployment)];
        return Context.PatchAsync(Cluster.ReplicaSets, set, set with { Metadata = set.Metadata with { OwnerReferences = owners } }, cancel);
    }
}
