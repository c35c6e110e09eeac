using Weft.Compilers.Policies;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Node.Policies.Verdicts;

/// <summary>Who an address is to people: pods and nodes of the cluster.</summary>
internal sealed class PeerNames
{
    private readonly Dictionary<IpAddress, string> _pods = [], _nodes = [];

    public PeerNames(ClusterSnapshot cluster)
    {
        foreach (var node in cluster.Nodes)
        {
            foreach (var address in NodeAddresses.Of(node).Concat(NodeAddresses.GatewaysOf(node)))
                _nodes[address] = node.Metadata.Name;
        }

        foreach (var pod in cluster.Policies.Pods)
        {
            if (!pod.IsPoliced)
                continue;
            foreach (var address in pod.Addresses)
            {
                // Of two pods that show one address, the one that is leaving has had it.
                if (pod.Metadata.DeletionTimestamp is null || !_pods.ContainsKey(address))
                    _pods[address] = $"{pod.Namespace}/{pod.Name}";
            }
        }
    }

    /// <summary>The pod at an address; null when there is none.</summary>
    public string? PodAt(IpAddress address) => _pods.GetValueOrDefault(address);

    /// <summary>What an address is.</summary>
    /// <param name="address">The address.</param>
    /// <param name="identity">Who that is to rules; null for whom none names.</param>
    public (PeerKind Kind, string Name) Of(IpAddress address, PeerIdentity? identity)
    {
        if (_pods.TryGetValue(address, out var pod))
            return (PeerKind.Pod, pod);
        if (_nodes.TryGetValue(address, out var node))
            return (PeerKind.Node, node);
        return identity is { Terms.Count: > 0 }
            ? (PeerKind.Block, string.Join(", ", (IEnumerable<PeerTerm>)identity.Terms))
            : (PeerKind.Outside, address.ToString());
    }
}
