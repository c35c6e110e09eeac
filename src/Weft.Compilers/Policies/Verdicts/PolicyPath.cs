using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Verdicts;

/// <summary>
/// What the policies of a cluster do with new connections: the rules that the nodes of both ends would have, run by the packet interpreter.
/// Nodes are compiled when they are first asked. Not for concurrent use.
/// </summary>
/// <param name="objects">The cluster's objects.</param>
public sealed class PolicyPath(ClusterSnapshot objects)
{
    private readonly Dictionary<string, NodeRules> _nodes = new(StringComparer.Ordinal);

    /// <summary>What is wrong with the policies, whoever they select.</summary>
    public EquatableArray<Problem> Problems =>
        objects.Nodes.Count == 0 ? [] : RulesOf(objects.Nodes[0].Metadata.Name).Compilation.Problems;

    /// <summary>What a node would enforce.</summary>
    public PolicyTable TableOf(string node) => RulesOf(node).Compilation.Table;

    /// <summary>Ports that the rules of a pod name in a direction: only at their edges the answer changes.</summary>
    public IEnumerable<PolicyPort> PortsNamed(IpAddress pod, string? node, PolicyDirection direction) =>
        node is null ? [] : RulesOf(node).PortsNamed(pod, direction);

    /// <summary>Decides the first packet of a connection, after destination NAT.</summary>
    /// <param name="connection">The connection as the destination's node sees it.</param>
    /// <param name="fromNode">The node of the end that opens it; null for one outside.</param>
    /// <param name="toNode">The node of the end that is to accept it; null for one outside.</param>
    /// <param name="source">The address of the end that opens it, where its node hides it from others; null where it does not.</param>
    public PolicyCrossing Cross(Connection connection, string? fromNode, string? toNode, IpAddress? source = null) => new(
        fromNode is null ? null : RulesOf(fromNode).Decide(connection with { Source = source ?? connection.Source }, PolicyDirection.Egress),
        toNode is null ? null : RulesOf(toNode).Decide(connection, PolicyDirection.Ingress));

    private NodeRules RulesOf(string node) =>
        _nodes.TryGetValue(node, out var rules) ? rules : _nodes[node] = new NodeRules(objects, node);
}
