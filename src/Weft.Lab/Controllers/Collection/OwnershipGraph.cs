using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>Who owns whom, over all kinds, as one turn of the collector sees it.</summary>
internal sealed class OwnershipGraph
{
    private readonly Dictionary<string, Node> _byUid = new(StringComparer.Ordinal);
    private readonly ILookup<string, Node> _dependents;

    public OwnershipGraph(IEnumerable<(ResourceType Kind, PartialObject Object)> objects)
    {
        foreach (var (kind, obj) in objects)
            _byUid[obj.Metadata.Uid ?? ""] = new Node(kind, obj);
        _dependents = _byUid.Values
            .SelectMany(node => node.Object.Metadata.OwnerReferences.Select(owner => (owner.Uid, Node: node)))
            .ToLookup(pair => pair.Uid, pair => pair.Node, StringComparer.Ordinal);
    }

    /// <summary>All objects.</summary>
    public IEnumerable<Node> All => _byUid.Values;

    /// <summary>The object of that identity, or null.</summary>
    public Node? Find(string uid) => _byUid.GetValueOrDefault(uid);

    /// <summary>The objects that name this one as an owner.</summary>
    public IEnumerable<Node> DependentsOf(Node owner) => _dependents[owner.Object.Metadata.Uid ?? ""];

    /// <summary>An object of some kind.</summary>
    internal sealed record Node(ResourceType Kind, PartialObject Object)
    {
        public bool IsWaitingFor(string finalizer) => Object.IsTerminating() && Object.Metadata.Finalizers.Contains(finalizer);
    }
}
