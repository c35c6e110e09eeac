using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>A StatefulSet with its pods and its history, as one turn sees them: pure.</summary>
internal sealed class StatefulSetState(StatefulSet set, TemplateHistory history, IReadOnlyDictionary<string, Pod> pods, DateTimeOffset now)
{
    public StatefulSet Set => set;

    /// <summary>The template that pods are to have.</summary>
    public ControllerRevision Update => history.Update;

    /// <summary>The template that pods had before the update that is under way.</summary>
    public ControllerRevision Current { get; } = history.Find(set.Status.CurrentRevision) ?? history.Update;

    public bool IsParallel => set.Spec.PodManagementPolicy == "Parallel";

    public bool IsRolling => set.Spec.UpdateStrategy?.Type != "OnDelete";

    public int Start => set.Spec.Ordinals?.Start ?? 0;

    public int Replicas => set.Spec.Replicas ?? 1;

    /// <summary>The numbers that there should be.</summary>
    public IEnumerable<int> Wanted => Enumerable.Range(Start, Replicas);

    public Pod? Find(int index) => pods.GetValueOrDefault(NumberedPod.NameOf(set, index));

    /// <summary>Pods whose numbers are not wanted, the last first.</summary>
    public IEnumerable<Pod> Surplus()
    {
        var names = Wanted.Select(index => NumberedPod.NameOf(set, index)).ToHashSet(StringComparer.Ordinal);
        return pods.Values.Where(pod => !names.Contains(pod.Metadata.Name)).OrderByDescending(NumberedPod.OrdinalOf);
    }

    /// <summary>The template of a pod that is made now: below the partition of a rolling update the former one.</summary>
    public ControllerRevision RevisionFor(int index) => IsRolling && index < Start + Partition ? Current : Update;

    public bool IsUpdated(Pod pod) => TemplatePod.RevisionOf(pod) == Update.Metadata.Name;

    /// <summary>How long until the pod counts as available; null when it is not ready or on its way out.</summary>
    public TimeSpan? AvailableIn(Pod? pod) => pod is not null && pod.IsActive() ? PodCounts.AvailableIn(pod, set.Spec.MinReadySeconds, now) : null;

    public bool IsAvailable(Pod? pod) => AvailableIn(pod) == TimeSpan.Zero;

    /// <summary>The pods of former templates that may go now: from the last, no more than <c>maxUnavailable</c> missing at a time.</summary>
    /// <remarks>A pod that does not work is no loss. The limit, one by default, counts all pods, also those below the partition.</remarks>
    public IEnumerable<Pod> Replaceable()
    {
        var missing = Wanted.Count(index => !IsAvailable(Find(index)));
        var limit = Math.Max(1, (set.Spec.UpdateStrategy?.RollingUpdate?.MaxUnavailable ?? 1).Scale(Replicas, roundUp: false) ?? 1);
        foreach (var pod in Wanted.Where(index => index >= Start + Partition).Reverse().Select(Find))
        {
            if (pod is null || pod.IsTerminating() || IsUpdated(pod))
                continue;
            if (IsAvailable(pod) && ++missing > limit)
                yield break;
            yield return pod;
        }
    }

    /// <summary>The status after what was done; <paramref name="pods"/> are those that there are now.</summary>
    public StatefulSetStatus Report(IReadOnlyList<Pod> pods)
    {
        var active = pods.Where(pod => pod.IsActive()).ToList();
        var counts = PodCounts.Of(active, set.Spec.MinReadySeconds, default, now);
        var updated = active.Count(IsUpdated);
        var done = IsRolling && updated == Replicas && pods.Count == Replicas && counts.Ready == Replicas;
        var current = done ? Update : Current;
        return set.Status with
        {
            Replicas = pods.Count,
            ReadyReplicas = counts.Ready,
            AvailableReplicas = counts.Available,
            UpdatedReplicas = updated,
            CurrentReplicas = active.Count(pod => TemplatePod.RevisionOf(pod) == current.Metadata.Name),
            CurrentRevision = current.Metadata.Name,
            UpdateRevision = Update.Metadata.Name,
            ObservedGeneration = set.Metadata.Generation,
        };
    }

    private int Partition => set.Spec.UpdateStrategy?.RollingUpdate?.Partition ?? 0;
}
