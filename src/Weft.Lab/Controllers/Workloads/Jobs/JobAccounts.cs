using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Lab.Controllers;

/// <summary>Counts pods that have ended once each, whatever ends in between: pure.</summary>
/// <remarks>
/// A pod is held by a finalizer. First its uid is written into the status, then the finalizer goes, then the uid becomes a count: a uid whose
/// pod is no longer held has been seen by everybody, and none is counted twice.
/// </remarks>
internal static class JobAccounts
{
    public static JobStatus Note(JobStatus status, IReadOnlyCollection<Pod> pods)
    {
        var noted = status.UncountedTerminatedPods ?? new UncountedPods();
        var held = pods.Where(JobPod.IsHeld).ToDictionary(pod => pod.Metadata.Uid ?? "", StringComparer.Ordinal);
        var ended = held.Values.Where(JobPod.HasEnded).OrderBy(pod => pod.Metadata.Uid, StringComparer.Ordinal).ToLookup(JobPod.HasSucceeded);
        var indexes = IndexSet.Parse(status.CompletedIndexes);
        indexes.UnionWith(ended[true].Select(JobPod.IndexOf).OfType<int>());
        var next = new UncountedPods { Succeeded = Waiting(noted.Succeeded, ended[true]), Failed = Waiting(noted.Failed, ended[false]) };
        return status with
        {
            Succeeded = status.Succeeded + noted.Succeeded.Count(uid => !held.ContainsKey(uid)),
            Failed = status.Failed + noted.Failed.Count(uid => !held.ContainsKey(uid)),
            CompletedIndexes = IndexSet.Format(indexes),
            UncountedTerminatedPods = next == new UncountedPods() ? null : next,
        };

        EquatableArray<string> Waiting(EquatableArray<string> before, IEnumerable<Pod> now) =>
            before.Where(held.ContainsKey).Union(now.Select(pod => pod.Metadata.Uid ?? ""), StringComparer.Ordinal).ToEquatableArray();
    }

    /// <summary>Whether a pod is in the status and need not be held any longer.</summary>
    public static bool IsNoted(JobStatus status, Pod pod) =>
        status.UncountedTerminatedPods is { } noted && (noted.Succeeded.Contains(pod.Metadata.Uid ?? "") || noted.Failed.Contains(pod.Metadata.Uid ?? ""));

    /// <summary>All that have succeeded, noted and counted.</summary>
    public static int Succeeded(JobStatus status) => status.Succeeded + (status.UncountedTerminatedPods?.Succeeded.Count ?? 0);

    /// <summary>All that have failed, noted and counted.</summary>
    public static int Failed(JobStatus status) => status.Failed + (status.UncountedTerminatedPods?.Failed.Count ?? 0);
}
