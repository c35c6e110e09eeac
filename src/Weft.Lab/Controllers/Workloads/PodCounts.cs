using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>How many pods of a workload there are and in what state.</summary>
/// <param name="Total">Active pods.</param>
/// <param name="Ready">Those that are ready.</param>
/// <param name="Available">Those that have been ready for the workload's <c>minReadySeconds</c>.</param>
/// <param name="FullyLabeled">Those that carry all labels of the template.</param>
internal readonly record struct PodCounts(int Total, int Ready, int Available, int FullyLabeled)
{
    public static PodCounts Of(IEnumerable<Pod> active, int minReadySeconds, StringMap labels, DateTimeOffset now)
    {
        var counts = default(PodCounts);
        foreach (var pod in active)
        {
            counts = new PodCounts(
                counts.Total + 1,
                counts.Ready + (pod.IsReady() ? 1 : 0),
                counts.Available + (AvailableIn(pod, minReadySeconds, now) == TimeSpan.Zero ? 1 : 0),
                counts.FullyLabeled + (pod.Metadata.Labels.ContainsAll(labels) ? 1 : 0));
        }

        return counts;
    }

    /// <summary>How long until the pod counts as available; null when it is not ready.</summary>
    public static TimeSpan? AvailableIn(Pod pod, int minReadySeconds, DateTimeOffset now)
    {
        if (pod.Status.Conditions.Find("Ready") is not { Status: "True" } ready)
            return null;
        var left = (ready.LastTransitionTime ?? now) + TimeSpan.FromSeconds(minReadySeconds) - now;
        return minReadySeconds == 0 || left < TimeSpan.Zero ? TimeSpan.Zero : left;
    }

    /// <summary>When the next pod becomes available by time alone; null when none does.</summary>
    public static TimeSpan? NextAvailable(IEnumerable<Pod> active, int minReadySeconds, DateTimeOffset now) =>
        active.Select(pod => AvailableIn(pod, minReadySeconds, now)).Where(left => left > TimeSpan.Zero).Min();
}
