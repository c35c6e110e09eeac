using Weft.Model;
using Weft.Model.Nodes;

namespace Weft.Node.Drivers;

/// <summary>The only way by which the agent touches the node: reads what stands there and applies plans.</summary>
public interface INodeDriver
{
    /// <summary>Reads back what is ours on this node.</summary>
    /// <param name="desired">Names the settings to look at; whatever else is ours is found by its mark.</param>
    NodeState Read(NodeState desired);

    /// <summary>Applies a plan in its order. Steps are idempotent, and one that fails does not stop the others.</summary>
    /// <returns>What went wrong; the CNI configuration is held back when anything essential did.</returns>
    ApplyOutcome Apply(EquatableArray<NodeChange> plan);
}

/// <summary>How a plan went.</summary>
/// <param name="Programmed">Whether the datapath is complete, so that pods may be placed on the node.</param>
/// <param name="Problems">One for every step that failed; with any of them, the state of the node counts as unknown.</param>
public readonly record struct ApplyOutcome(bool Programmed, EquatableArray<Problem> Problems);
