using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Compilers.Policies.Reach;

/// <summary>Everybody of two worlds, in groups that neither of them tells apart.</summary>
internal sealed class PairedGroups(PolicyWorld old, PolicyWorld @new)
{
    private readonly Dictionary<(PartyKind, bool V6, AddressKind Old, AddressKind New, string Namespace), (bool V6, AddressKind Old, AddressKind New, PartyKind Kind, List<string> Names)> _groups = [];

    /// <summary>Takes a pod up, at its address in each of the worlds.</summary>
    public void AddPod(ObjectKey pod, IpAddress was, IpAddress now) =>
        Add(was, now, PartyKind.Pods, pod.Namespace, pod.ToString());

    /// <summary>Takes up the nodes that are in both.</summary>
    public void AddNodes()
    {
        var now = @new.Nodes().ToLookup(node => (node.Node, node.Address.IsV6), node => node.Address);
        foreach (var (node, address) in old.Nodes().Where(node => now.Contains((node.Node, node.Address.IsV6))))
            Add(address, now[(node, address.IsV6)].First(), PartyKind.Nodes, "", $"node {node}");
    }

    /// <summary>Takes up cluster DNS, where nodes of both answer it.</summary>
    public void AddDns()
    {
        var now = @new.ClusterDns().ToLookup(address => address.IsV6);
        foreach (var address in old.ClusterDns().Where(address => now.Contains(address.IsV6)))
            Add(address, now[address.IsV6].First(), PartyKind.Dns, "", PartyNames.ClusterDns);
    }

    /// <summary>Takes up what is outside of both.</summary>
    public void AddOutside()
    {
        foreach (var address in old.Outside(@new.Ranges.Concat(old.Ranges)).Intersect(@new.Outside(@new.Ranges.Concat(old.Ranges))))
            Add(address, address, PartyKind.Outside, "", PartyNames.Outside([old.IdentityOf(address), @new.IdentityOf(address)]));
    }

    /// <summary>Pairs of which one at least is a pod.</summary>
    public IEnumerable<(PairedGroup From, PairedGroup To)> Pairs()
    {
        var all = _groups.Values.Select(group => new PairedGroup(group.V6, group.Old, group.New, group.Kind, group.Names.Distinct().ToEquatableArray())).ToList();
        return all.Where(from => from.Kind != PartyKind.Dns).SelectMany(from => all
            .Where(to => from.V6 == to.V6 && (from.Kind == PartyKind.Pods || to.Kind == PartyKind.Pods) && (!ReferenceEquals(from, to) || from.Names.Count > 1))
            .Select(to => (from, to)));
    }

    /// <summary>What is said of connections in either world.</summary>
    public (EquatableArray<PortPiece> Was, EquatableArray<PortPiece> Now) Between(PairedGroup from, PairedGroup to) =>
        (old.Between(from.Old, to.Old), @new.Between(from.New, to.New));

    private void Add(IpAddress was, IpAddress now, PartyKind party, string space, string name)
    {
        var (before, after) = (old.KindOf(was), @new.KindOf(now));
        var kind = (party, was.IsV6, before, after, space);
        if (!_groups.TryGetValue(kind, out var group))
            _groups[kind] = group = (was.IsV6, before, after, party, []);
        group.Names.Add(name);
    }
}

/// <summary>A group that neither of two worlds tells apart.</summary>
/// <param name="V6">The family of the addresses.</param>
/// <param name="Old">What they are in the one.</param>
/// <param name="New">What they are in the other.</param>
/// <param name="Kind">What it consists of.</param>
/// <param name="Names">Who they are.</param>
internal sealed record PairedGroup(bool V6, AddressKind Old, AddressKind New, PartyKind Kind, EquatableArray<string> Names);
