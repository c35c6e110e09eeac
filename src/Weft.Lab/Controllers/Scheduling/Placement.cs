using System.Globalization;
using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>Chooses nodes for pods: pure, the same for the same objects.</summary>
/// <remarks>Filters and their wording follow kube-scheduler; of the nodes that pass, the one with the fewest pods of the owner, then of all, is taken.</remarks>
internal sealed class Placement
{
    private readonly SortedDictionary<string, NodeUsage> _nodes = new(StringComparer.Ordinal);

    public Placement(IEnumerable<Node> nodes, IEnumerable<Pod> pods)
    {
        foreach (var node in nodes)
            _nodes[node.Metadata.Name] = new NodeUsage(node);
        foreach (var pod in pods)
        {
            if (pod.Spec.NodeName is { Length: > 0 } name && !pod.IsFinished() && _nodes.TryGetValue(name, out var usage))
                usage.Add(pod);
        }
    }

    /// <summary>Takes the best node for the pod and counts it there.</summary>
    /// <param name="pod">A pod without a node.</param>
    /// <param name="why">Why there is no node, in upstream's words.</param>
    /// <returns>The node's name, or null.</returns>
    public string? Place(Pod pod, out string why)
    {
        why = "";
        var reasons = new Dictionary<string, int>(StringComparer.Ordinal);
        var fitting = new List<NodeUsage>();
        foreach (var usage in _nodes.Values)
        {
            var against = Reasons(pod, usage).ToList();
            if (against.Count == 0)
                fitting.Add(usage);
            foreach (var reason in against)
                reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
        }

        if (fitting.Count == 0)
        {
            why = _nodes.Count == 0 ? "no nodes available to schedule pods" : Explain(reasons);
            return null;
        }

        var best = fitting
            .OrderBy(usage => NodeTaints.Of(usage.Node).Count(taint => taint.Effect == "PreferNoSchedule" && !NodeTaints.Tolerates(pod, taint)))
            .ThenByDescending(usage => Preference(pod, usage.Node))
            .ThenBy(usage => usage.Siblings(pod))
            .ThenBy(usage => usage.Pods)
            .ThenBy(usage => usage.Node.Metadata.Name, StringComparer.Ordinal)
            .First();
        best.Add(pod);
        return best.Node.Metadata.Name;
    }

    private static IEnumerable<string> Reasons(Pod pod, NodeUsage usage)
    {
        if (usage.Node.IsTerminating())
            return ["node(s) were being deleted"];
        if (NodeTaints.Untolerated(pod, usage.Node) is { } taint)
            return [taint.Key == NodeTaints.Unschedulable ? "node(s) were unschedulable" : $"node(s) had untolerated taint {{{taint.Key}: {taint.Value}}}"];
        if (!usage.Node.Metadata.Labels.ContainsAll(pod.Spec.NodeSelector) || pod.Spec.Affinity?.NodeAffinity?.Required?.Matches(usage.Node) is false)
            return ["node(s) didn't match Pod's node affinity/selector"];
        if (usage.PortsConflict(pod))
            return ["node(s) didn't have free ports for the requested pod ports"];
        return usage.Lacking(pod);
    }

    private string Explain(Dictionary<string, int> reasons)
    {
        var parts = reasons.Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Value} {entry.Key}")).Order(StringComparer.Ordinal);
        return $"0/{_nodes.Count} nodes are available: {string.Join(", ", parts)}.";
    }

    private static int Preference(Pod pod, Node node)
    {
        var sum = 0;
        foreach (var term in pod.Spec.Affinity?.NodeAffinity?.Preferred ?? default)
            sum += term.Preference.Matches(node) ? term.Weight : 0;
        return sum;
    }
}
