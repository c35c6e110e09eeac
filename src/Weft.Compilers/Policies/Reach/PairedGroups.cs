using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Compilers.Policies.Reach;

/// <summary>Everybody of two worlds, in groups that neither of them tells apart.</summary>
internal sealed class PairedGroups(PolicyWorld old, PolicyWorld @new)
{
    private readonly Dictionary<object, (IpAddress Old, IpAddress New, PartyKind Kind, List<string> Names)> _groups = [];

    /// <summary>Takes a pod up, at its address in each of the worlds.</summary>
    public void AddPod(ObjectKey pod, IpAddress was, IpAddress now) =>
        Add((PartyKind.Pods, was.IsV6, old.KindOf(was), @new.KindOf(now), pod.Namespace), was, now, PartyKind.Pods, pod.ToString());

    /// <summary>Takes up the nodes that are in both.</summary>
    public void AddNodes()
    {
        var now = @new.Nodes().ToLookup(node => (node.Node, node.Address.IsV6), node => node.Address);
        foreach (var (node, address) in old.Nodes().Where(node => now.Contains((node.Node, node.Address.IsV6))))
        {
            var other = now[(node, address.IsV6)].First();
            Add((PartyKind.Nodes, address.IsV6, old.KindOf(address), @new.KindOf(other)), address, other, PartyKind.Nodes, $"node {node}");
        }
    }

    /// <summary>Takes up what is outside of both.</summary>
    public void AddOutside()
    {
        foreach (var address in old.Outside(@new.Ranges.Concat(old.Ranges)).Intersect(@new.Outside(@new.Ranges.Concat(old.Ranges))))
        {
            var name = PartyNames.Outside([old.IdentityOf(address), @new.IdentityOf(address)]);
            Add((PartyKind.Outside, address.IsV6, old.KindOf(address), @new.KindOf(address)), address, address, PartyKind.Outside, name);
        }
    }

    /// <summary>Pairs of which one at least is a pod.</summary>
    public IEnumerable<(PairedGroup From, PairedGroup To)> Pairs()
    {
        var all = _groups.Values.Select(group => new PairedGroup(group.Old, group.New, group.Kind, group.Names.Distinct().ToEquatableArray())).ToList();
        return all.SelectMany(from => all
            .Where(to => from.Old.IsV6 == to.Old.IsV6 && (from.Kind == PartyKind.Pods || to.Kind == PartyKind.Pods) && (from != to || from.Names.Count > 1))
            .Select(to => (from, to)));
    }

    /// <summary>What is said of connections in either world.</summary>
    public (EquatableArray<PortPiece> Was, EquatableArray<PortPiece> Now) Between(PairedGroup from, PairedGroup to) =>
        (old.Between(from.Old, to.Old), @new.Between(from.New, to.New));

    private void Add(object kind, IpAddress was, IpAddress now, PartyKind party, string name)
    {
        if (!_groups.TryGetValue(kind, out var group))
            _groups[kind] = group = (was, now, party, []);
        group.Names.Add(name);
    }
}

/// <summary>A group that neither of two worlds tells apart.</summary>
/// <param name="Old">An address that stands for it in the one.</param>
/// <param name="New">In the other.</param>
/// <param name="Kind">What it consists of.</param>
/// <param name="Names">Who they are.</param>
internal sealed record PairedGroup(IpAddress Old, IpAddress New, PartyKind Kind, EquatableArray<string> Names);
