using System.Collections.Immutable;
using Weft.Model.Nftables;

namespace Weft.Model.Nodes;

/// <summary>Turns the difference of two states into an ordered plan.</summary>
/// <remarks>
/// Order: what others stand on first (settings, device, forwarding, neighbours, routes, rules, nftables), then the CNI configuration,
/// which declares the node ready, then removals in the opposite order. A plan for equal states is empty.
/// </remarks>
public static class NodeDiff
{
    /// <summary>The changes that lead from <paramref name="current"/> to <paramref name="desired"/>.</summary>
    public static EquatableArray<NodeChange> Between(NodeState current, NodeState desired)
    {
        if (current == desired)
            return [];
        var plan = ImmutableArray.CreateBuilder<NodeChange>();
        var left = DiffOverlay(plan, current, desired);
        AddSysctls(plan, left, desired);
        Add(plan, left.Forwarding, desired.Forwarding, entry => entry.Address, (entry, _) => new NodeChange.PutForwarding(entry));
        Add(plan, left.Neighbours, desired.Neighbours, entry => entry.Address, (entry, _) => new NodeChange.PutNeighbour(entry));
        Add(plan, left.Routes, desired.Routes, route => route.Key, (route, replaces) => new NodeChange.PutRoute(route, replaces));
        Add(plan, left.Rules, desired.Rules, rule => rule, (rule, _) => new NodeChange.AddRule(rule));
        if (NftDiff.Between(current.Nftables, desired.Nftables) is { IsEmpty: false } batch)
            plan.Add(new NodeChange.ProgramNftables(desired.Nftables, batch));
        if (desired.Cni is { } file && file != current.Cni)
            plan.Add(new NodeChange.WriteCni(file));
        Remove(plan, current.Rules, desired.Rules, rule => rule, rule => new NodeChange.RemoveRule(rule));
        Remove(plan, current.Routes, desired.Routes, route => route.Key, route => new NodeChange.RemoveRoute(route));
        Remove(plan, current.Neighbours, desired.Neighbours, entry => entry.Address, entry => new NodeChange.RemoveNeighbour(entry));
        Remove(plan, current.Forwarding, desired.Forwarding, entry => entry.Address, entry => new NodeChange.RemoveForwarding(entry));
        if (current.Overlay is not null && desired.Overlay is null)
            plan.Add(new NodeChange.RemoveOverlay());
        return plan.DrainToImmutable();
    }

    /// <summary>Plans the device and returns what that leaves of the rest: a new device has no entries, and a set hardware address flushes the neighbours.</summary>
    private static NodeState DiffOverlay(ImmutableArray<NodeChange>.Builder plan, NodeState current, NodeState desired)
    {
        if (desired.Overlay is not { } wanted || wanted == current.Overlay)
            return current;
        if (current.Overlay is { } present && !wanted.NeedsRebuild(present))
        {
            plan.Add(new NodeChange.AdjustOverlay(wanted));
            return current with { Neighbours = [] };
        }

        plan.Add(new NodeChange.BuildOverlay(wanted));
        return current with
        {
            Forwarding = [],
            Neighbours = [],
            Routes = current.Routes.Where(route => route.Device != OverlayDevice.Name).ToEquatableArray(),
            Sysctls = current.Sysctls.Where(sysctl => !sysctl.Path.Contains($"/{OverlayDevice.Name}/", StringComparison.Ordinal)).ToEquatableArray(),
        };
    }

    private static void AddSysctls(ImmutableArray<NodeChange>.Builder plan, NodeState current, NodeState desired)
    {
        var present = current.Sysctls.ToHashSet();
        foreach (var sysctl in desired.Sysctls)
        {
            if (!present.Contains(sysctl))
                plan.Add(new NodeChange.SetSysctl(sysctl));
        }
    }

    private static void Add<T, TKey>(
        ImmutableArray<NodeChange>.Builder plan, EquatableArray<T> current, EquatableArray<T> desired, Func<T, TKey> key, Func<T, bool, NodeChange> add)
        where T : IEquatable<T>
        where TKey : notnull
    {
        if (current == desired)
            return;
        var present = current.ToLookup(key);
        foreach (var item in desired)
        {
            var there = present[key(item)];
            if (!there.Contains(item))
                plan.Add(add(item, there.Any()));
        }
    }

    private static void Remove<T, TKey>(
        ImmutableArray<NodeChange>.Builder plan, EquatableArray<T> current, EquatableArray<T> desired, Func<T, TKey> key, Func<T, NodeChange> remove)
        where T : IEquatable<T>
        where TKey : notnull
    {
        if (current == desired)
            return;
        var wanted = desired.Select(key).ToHashSet();
        foreach (var item in current)
        {
            if (!wanted.Contains(key(item)))
                plan.Add(remove(item));
        }
    }
}
