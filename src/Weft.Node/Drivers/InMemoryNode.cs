using System.Collections.Immutable;
using Weft.Model;
using Weft.Model.Nodes;

namespace Weft.Node.Drivers;

/// <summary>A node that exists in memory: the fake beside the kernel's driver, with the kernel's side effects.</summary>
/// <param name="nodeName">Whose problems it reports.</param>
public sealed class InMemoryNode(string nodeName) : INodeDriver
{
    /// <summary>What stands on the node; tests set it to play drift.</summary>
    public NodeState State { get; set; } = NodeState.Empty;

    /// <summary>Makes a step fail with this text; null lets it pass.</summary>
    public Func<NodeChange, string?> Refuse { get; set; } = _ => null;

    /// <summary>Every step that was applied.</summary>
    public List<NodeChange> Applied { get; } = [];

    /// <inheritdoc/>
    public NodeState Read(NodeState desired) => State;

    /// <inheritdoc/>
    public ApplyOutcome Apply(EquatableArray<NodeChange> plan)
    {
        var problems = ImmutableArray.CreateBuilder<Problem>();
        foreach (var change in plan)
        {
            if (change is NodeChange.WriteCni && problems.Count > 0)
                continue;
            if (Refuse(change) is { } text)
            {
                problems.Add(new Problem($"Node {nodeName}", "Refused", text));
                continue;
            }

            Applied.Add(change);
            State = After(State, change);
        }

        return new ApplyOutcome(problems.Count == 0, problems.DrainToImmutable());
    }

    private static NodeState After(NodeState state, NodeChange change) => change switch
    {
        NodeChange.SetSysctl step => state with { Sysctls = Put(state.Sysctls, step.Sysctl, item => item.Path) },
        NodeChange.BuildOverlay step => WithoutOverlay(state) with { Overlay = step.Device },
        NodeChange.AdjustOverlay step => state with { Overlay = step.Device, Neighbours = [] },
        NodeChange.RemoveOverlay => WithoutOverlay(state),
        NodeChange.PutForwarding step => state with { Forwarding = Put(state.Forwarding, step.Entry, item => item.Address.Value) },
        NodeChange.RemoveForwarding step => state with { Forwarding = Drop(state.Forwarding, step.Entry) },
        NodeChange.PutNeighbour step => state with { Neighbours = Put(state.Neighbours, step.Entry, item => item.Address) },
        NodeChange.RemoveNeighbour step => state with { Neighbours = Drop(state.Neighbours, step.Entry) },
        NodeChange.PutRoute step => state with { Routes = Put(state.Routes, step.Route, item => (item.Table, item.Destination)) },
        NodeChange.RemoveRoute step => state with { Routes = Drop(state.Routes, step.Route) },
        NodeChange.AddRule step => state with { Rules = Put(state.Rules, step.Rule, item => item.From!.Value) },
        NodeChange.RemoveRule step => state with { Rules = Drop(state.Rules, step.Rule) },
        NodeChange.ProgramNftables step => state with { Nftables = step.Ruleset },
        NodeChange.WriteCni step => state with { Cni = step.File },
        _ => throw new ArgumentException($"no such step: {change}", nameof(change)),
    };

    private static NodeState WithoutOverlay(NodeState state) => state with
    {
        Overlay = null,
        Forwarding = [],
        Neighbours = [],
        Routes = state.Routes.Where(route => route.Device != OverlayDevice.Name).ToEquatableArray(),
        Sysctls = state.Sysctls.Where(sysctl => !sysctl.Path.Contains($"/{OverlayDevice.Name}/", StringComparison.Ordinal)).ToEquatableArray(),
    };

    /// <summary>Canonical order is that of the compilers, so that states compare.</summary>
    private static EquatableArray<T> Put<T, TKey>(EquatableArray<T> items, T item, Func<T, TKey> key)
        where T : IEquatable<T>
        where TKey : IEquatable<TKey> =>
        items.Where(other => !key(other).Equals(key(item))).Append(item).OrderBy(key).ToEquatableArray();

    private static EquatableArray<T> Drop<T>(EquatableArray<T> items, T item)
        where T : IEquatable<T> => items.Where(other => !other.Equals(item)).ToEquatableArray();
}
