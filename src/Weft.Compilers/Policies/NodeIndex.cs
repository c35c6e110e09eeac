using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Compilers.Policies;

/// <summary>Addresses of nodes, and which of them are this node's own.</summary>
internal sealed class NodeIndex
{
    private readonly Dictionary<IpAddress, List<PeerNode>> _byAddress = [];
    private EquatableArray<PeerNode> _nodes;

    /// <summary>Addresses under which this node reaches its own pods: its own, and the gateways that it is to them.</summary>
    public EquatableArray<IpAddress> OwnAddresses { get; private set; }

    public IEnumerable<IpAddress> Addresses => _byAddress.Keys;

    /// <summary>Takes over the nodes.</summary>
    /// <returns>Whether anything that policies look at changed.</returns>
    public bool Read(EquatableArray<Node> nodes, string own)
    {
        var read = nodes.Select(PeerNode.Of).OrderBy(node => node.Name, StringComparer.Ordinal).ToEquatableArray();
        if (read == _nodes)
            return false;
        _nodes = read;
        _byAddress.Clear();
        foreach (var node in read)
        {
            foreach (var address in node.Addresses)
            {
                if (!_byAddress.TryGetValue(address, out var owners))
                    _byAddress.Add(address, owners = []);
                owners.Add(node);
            }
        }

        OwnAddresses = read.Where(node => node.Name == own).SelectMany(node => node.Addresses.Concat(node.Gateways)).Distinct().Order().ToEquatableArray();
        return true;
    }

    /// <summary>The terms of nodes in use that an address matches.</summary>
    public IEnumerable<NodeTerm> Match(IpAddress address, IReadOnlyList<NodeTerm> terms) =>
        _byAddress.TryGetValue(address, out var nodes) ? terms.Where(term => nodes.Exists(node => term.Nodes.Matches(node.Labels))) : [];

    /// <summary>What policies need of a node.</summary>
    private sealed record PeerNode(string Name, StringMap Labels, EquatableArray<IpAddress> Addresses, EquatableArray<IpAddress> Gateways)
    {
        public static PeerNode Of(Node node) => new(node.Metadata.Name, node.Metadata.Labels, NodeAddresses.Of(node), NodeAddresses.GatewaysOf(node));
    }
}
