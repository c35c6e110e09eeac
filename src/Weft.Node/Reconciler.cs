using Weft.Compilers;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Nodes;
using Weft.Node.Drivers;

namespace Weft.Node;

/// <summary>Steps 2 to 4 of the agent's turn: compile, compare, apply. Remembers what was applied, or that it does not know.</summary>
/// <param name="nodeName">The node.</param>
/// <param name="driver">Its kernel.</param>
public sealed class Reconciler(string nodeName, INodeDriver driver)
{
    /// <summary>What was applied last; null when unknown: at the start, after a failed step, after a hint of drift.</summary>
    private NodeState? _applied;
    private NodeState? _wanted;

    /// <summary>Whether a step failed, so that the turn must be repeated.</summary>
    public bool IsUnknown => _applied is null;

    /// <summary>The next turn reads back instead of trusting its memory.</summary>
    public void Doubt() => _applied = null;

    /// <summary>One turn.</summary>
    public TurnResult Turn(ClusterSnapshot cluster, HostView host)
    {
        var (desired, problems) = NodeCompiler.Compile(cluster, nodeName, host);
        var applied = _applied ?? driver.Read(desired);
        var plan = NodeDiff.Between(applied, desired);
        var drift = _applied is null && desired == _wanted && plan.Count > 0;
        var outcome = driver.Apply(plan);
        _wanted = desired;
        _applied = outcome.Problems.Count == 0 ? desired with { Cni = desired.Cni ?? applied.Cni } : null;
        return new TurnResult(plan, drift, Standing(desired, applied, outcome, problems), [.. problems, .. outcome.Problems]);
    }

    /// <summary>Whether pods of this node have a network, and if not, why.</summary>
    private Problem? Standing(NodeState desired, NodeState applied, ApplyOutcome outcome, EquatableArray<Problem> problems)
    {
        if (!outcome.Programmed)
            return outcome.Problems[0];
        if (problems.FirstOrDefault(problem => problem.Object == $"Node {nodeName}" && problem.Reason is "NodeMissing" or "PodCIDRMissing") is { } missing)
            return missing;
        if (desired.Cni is null && applied.Cni is null)
            return problems.FirstOrDefault(problem => problem.Reason == "InvalidCniConf");
        return null;
    }
}

/// <summary>What a turn did.</summary>
/// <param name="Plan">The steps, those that failed included.</param>
/// <param name="Drift">Whether the steps repair what somebody else changed.</param>
/// <param name="Unserved">Why pods of this node have no network; null when they have.</param>
/// <param name="Problems">All problems, of objects and of steps.</param>
public sealed record TurnResult(EquatableArray<NodeChange> Plan, bool Drift, Problem? Unserved, EquatableArray<Problem> Problems);
