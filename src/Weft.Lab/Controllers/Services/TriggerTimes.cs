using System.Collections.Concurrent;
using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>Remembers the changes of each Service's pods, to tell when the oldest one happened that its endpoints do not show yet.</summary>
/// <remarks>A pod's change is when it last became ready or not ready; a Service's own is its creation. Removed pods leave no time.</remarks>
internal sealed class TriggerTimes
{
    private readonly ConcurrentDictionary<ObjectKey, State> _known = [];

    /// <summary>When what is new in this state happened; null when nothing is.</summary>
    public DateTimeOffset? Note(Service service, IReadOnlyList<Pod> pods)
    {
        var former = _known.GetValueOrDefault(service.Key());
        var times = pods.ToDictionary(pod => pod.Metadata.Name, Changed, StringComparer.Ordinal);
        _known[service.Key()] = new(service.Metadata.Uid, times);
        var fresh = times.Where(entry => former?.Pods.GetValueOrDefault(entry.Key) is var then && (then is null || entry.Value > then)).Select(entry => entry.Value);
        if (former is null || former.Service != service.Metadata.Uid)
            fresh = fresh.Append(service.Metadata.CreationTimestamp);
        return fresh.Min();
    }

    /// <summary>Forgets a Service that is gone.</summary>
    public void Forget(ObjectKey service) => _known.TryRemove(service, out _);

    private static DateTimeOffset? Changed(Pod pod) => pod.Status.Conditions.Find("Ready")?.LastTransitionTime;

    private sealed record State(string? Service, Dictionary<string, DateTimeOffset?> Pods);
}
