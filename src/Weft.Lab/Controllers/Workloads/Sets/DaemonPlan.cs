using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>What has to happen to the pods of a DaemonSet: pure.</summary>
/// <param name="Create">The nodes that get a pod.</param>
/// <param name="Delete">The pods that go.</param>
internal sealed record DaemonPlan(IReadOnlyList<string> Create, IReadOnlyList<Pod> Delete)
{
    /// <summary>Compares the pods that are with the nodes that should have one.</summary>
    /// <param name="limits">How a new template is brought to the nodes.</param>
    /// <param name="nodes">The nodes that the template fits.</param>
    /// <param name="pods">All pods of the set.</param>
    /// <param name="isUpdated">Whether a pod is of the present template.</param>
    /// <param name="isAvailable">Whether a pod has been ready for long enough.</param>
    public static DaemonPlan For(DaemonUpdate limits, IReadOnlySet<string> nodes, IReadOnlyCollection<Pod> pods, Func<Pod, bool> isUpdated, Func<Pod, bool> isAvailable)
    {
        var create = new List<string>();
        var delete = pods.Where(pod => !nodes.Contains(NodeOf(pod)) || pod.IsFinished()).ToList();
        var places = new List<Place>();
        var byNode = pods.Except(delete).ToLookup(NodeOf, StringComparer.Ordinal);
        foreach (var node in nodes.Order(StringComparer.Ordinal))
        {
            var here = byNode[node].Where(pod => pod.IsActive()).OrderBy(pod => pod.Metadata.CreationTimestamp).ThenBy(pod => pod.Metadata.Name, StringComparer.Ordinal).ToList();
            var kept = limits.Surge > 0 ? here.DistinctBy(isUpdated).ToList() : here.Take(1).ToList();
            delete.AddRange(here.Except(kept));
            places.Add(new Place(node, kept.Find(pod => !isUpdated(pod)), kept.Find(pod => isUpdated(pod))));
            // A pod that is on its way out still holds its place.
            if (!pods.Any(pod => NodeOf(pod) == node))
                create.Add(node);
        }

        if (limits.Surge > 0)
            Surge(limits.Surge, places, isAvailable, create, delete);
        else if (limits.Unavailable > 0)
            delete.AddRange(Replaceable(limits.Unavailable, places, isAvailable));
        return new DaemonPlan(create, [.. delete.Where(pod => !pod.IsTerminating())]);
    }

    /// <summary>The new pod comes first, on so many nodes at a time; the former one goes when the new one is available.</summary>
    /// <remarks>Where the former one does not work, the new one comes at once, whatever the limit.</remarks>
    private static void Surge(int limit, List<Place> places, Func<Pod, bool> isAvailable, List<string> create, List<Pod> delete)
    {
        var moving = places.Where(place => place.Former is not null).ToLookup(place => place.New is not null);
        delete.AddRange(moving[true].Where(place => isAvailable(place.New!)).Select(place => place.Former!));
        create.AddRange(moving[false].Where(place => !isAvailable(place.Former!)).Select(place => place.Node));
        var free = limit - moving[true].Count(place => !isAvailable(place.New!));
        create.AddRange(moving[false].Where(place => isAvailable(place.Former!)).Select(place => place.Node).Take(Math.Max(0, free)));
    }

    /// <summary>The former pod goes first, so many at a time that no more nodes than allowed are without one that works.</summary>
    private static IEnumerable<Pod> Replaceable(int limit, List<Place> places, Func<Pod, bool> isAvailable)
    {
        var spare = limit - places.Count(place => (place.New ?? place.Former) is not { } pod || !isAvailable(pod));
        foreach (var pod in places.Where(place => place.New is null).Select(place => place.Former).OfType<Pod>().OrderBy(isAvailable))
        {
            // A pod that does not work is no loss.
            if (isAvailable(pod) && spare-- <= 0)
                yield break;
            yield return pod;
        }
    }

    private static string NodeOf(Pod pod) => pod.Spec.NodeName ?? "";

    private sealed record Place(string Node, Pod? Former, Pod? New);
}

/// <summary>How many nodes a rolling update of a DaemonSet touches at a time.</summary>
/// <param name="Surge">Nodes with a new pod beside the former one; 0 when the former one goes first.</param>
/// <param name="Unavailable">Nodes without a pod; with both 0, nothing is replaced.</param>
internal readonly record struct DaemonUpdate(int Surge, int Unavailable)
{
    /// <summary>The limits of a DaemonSet; percentages are of the nodes that it fits, rounded up, and never less than one.</summary>
    public static DaemonUpdate Of(DaemonSet set, int nodes)
    {
        if (set.Spec.UpdateStrategy?.Type == "OnDelete")
            return default;
        var rolling = set.Spec.UpdateStrategy?.RollingUpdate;
        var surge = (rolling?.MaxSurge ?? 0).Scale(nodes, roundUp: true) ?? 0;
        return surge > 0 ? new(surge, 0) : new(0, Math.Max(1, (rolling?.MaxUnavailable ?? 1).Scale(nodes, roundUp: true) ?? 1));
    }
}
