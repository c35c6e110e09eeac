using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>A Deployment with its ReplicaSets and pods, as one turn sees them.</summary>
internal sealed class DeploymentState
{
    private readonly DateTimeOffset _now;
    private readonly ILookup<string, Pod> _podsByOwner;

    /// <param name="deployment">The Deployment.</param>
    /// <param name="sets">The ReplicaSets that it owns.</param>
    /// <param name="podsByOwner">All pods by the uid of their controller.</param>
    /// <param name="now">The time that decides about availability.</param>
    public DeploymentState(Deployment deployment, IEnumerable<ReplicaSet> sets, ILookup<string, Pod> podsByOwner, DateTimeOffset now)
    {
        (Deployment, _podsByOwner, _now) = (deployment, podsByOwner, now);
        var all = sets.OrderBy(set => set.Metadata.CreationTimestamp).ThenBy(set => set.Metadata.Name, StringComparer.Ordinal).ToList();
        var template = deployment.Spec.Template.WithLabel(TemplateHash.Label, null);
        Current = all.Find(set => set.Spec.Template.WithLabel(TemplateHash.Label, null) == template);
        Old = [.. all.Where(set => set != Current)];
        (Surge, Unavailable) = IsRecreate ? (0, Desired) : RollingPlan.Limits(deployment.Spec);
    }

    public Deployment Deployment { get; }

    /// <summary>The ReplicaSet of the present template, if it exists.</summary>
    public ReplicaSet? Current { get; }

    /// <summary>The others, oldest first.</summary>
    public IReadOnlyList<ReplicaSet> Old { get; }

    public int Surge { get; }

    public int Unavailable { get; }

    public int Desired => Deployment.Spec.Replicas ?? 1;

    public bool IsRecreate => Deployment.Spec.Strategy?.Type == "Recreate";

    /// <summary>All ReplicaSets.</summary>
    public IEnumerable<ReplicaSet> All => Current is null ? Old : [.. Old, Current];

    /// <summary>Whether an old pod still exists, be it on its way out.</summary>
    public bool HasOldPods => Old.Any(set => Pods(set).Any(pod => !pod.IsFinished()));

    /// <summary>The active pods of a ReplicaSet counted.</summary>
    public PodCounts Count(ReplicaSet? set) => set is null ? default : PodCounts.Of(Active(set), Deployment.Spec.MinReadySeconds, default, _now);

    /// <summary>When time alone makes a pod available; null when it does not.</summary>
    public TimeSpan? NextAvailable => PodCounts.NextAvailable(All.SelectMany(Active), Deployment.Spec.MinReadySeconds, _now);

    /// <summary>A ReplicaSet as a plan sees it.</summary>
    public ReplicaCount Plan(ReplicaSet? set) => Count(set) is var counts ? new(set?.Spec.Replicas ?? 0, counts.Available, counts.Total) : default;

    private IEnumerable<Pod> Pods(ReplicaSet set) => _podsByOwner[set.Metadata.Uid ?? ""];

    private IEnumerable<Pod> Active(ReplicaSet set) => Pods(set).Where(pod => pod.IsActive());
}
