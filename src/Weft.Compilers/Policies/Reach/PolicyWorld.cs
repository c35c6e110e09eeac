using Weft.Compilers.Policies.Testing;
using Weft.Compilers.Tracing;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Reach;

/// <summary>The policies of a cluster compiled as if all pods were on one node: who everybody is to all rules, and which rules everybody has.</summary>
/// <remarks>Only that a pod's own node always reaches it is not in there.</remarks>
internal sealed class PolicyWorld
{
    private const string Everywhere = "*";

    private readonly ClusterSnapshot _objects;
    private readonly EquatableArray<Pod> _pods;
    private readonly PolicyJudge _judge;
    private readonly PolicyTable _table;
    private readonly Dictionary<IpAddress, PolicedPod> _policed;
    private readonly Dictionary<(int Class, int Peer), EquatableArray<PortPiece>> _pieces = [];
    private readonly Dictionary<(int Egress, int Peer, int Ingress, int Client), EquatableArray<PortPiece>> _both = [];
    private readonly Dictionary<object, int> _numbers = new(ReferenceEqualityComparer.Instance);

    /// <summary>Compiles a cluster.</summary>
    public PolicyWorld(ClusterSnapshot objects, EquatableArray<Pod> pods)
    {
        (_objects, _pods) = (objects, pods);
        var together = objects with
        {
            Policies = objects.Policies with { Pods = objects.Policies.Pods.Select(pod => pod with { Node = Everywhere }).ToEquatableArray() },
        };
        (_table, Problems) = PolicyCompiler.CompileOnce(together, Everywhere);
        _judge = new PolicyJudge(_table);
        _policed = _table.Pods.ToDictionary(pod => pod.Address);
    }

    /// <summary>What is wrong with the policies.</summary>
    public EquatableArray<Problem> Problems { get; }

    /// <summary>Ranges of addresses that rules tell apart.</summary>
    public IEnumerable<IpPrefix> Ranges => _table.Peers.Select(peer => peer.Range);

    /// <summary>Pods that have addresses of their own, each at each of them.</summary>
    public IEnumerable<(ObjectKey Pod, string Node, IpAddress Address)> Pods() => _objects.Policies.Pods.Where(pod => pod.IsPoliced)
        .OrderBy(pod => pod.Namespace, StringComparer.Ordinal).ThenBy(pod => pod.Name, StringComparer.Ordinal)
        .SelectMany(pod => pod.Addresses.Select(address => (new ObjectKey(pod.Namespace, pod.Name), pod.Node, address)));

    /// <summary>Nodes at the first of their addresses of each family.</summary>
    public IEnumerable<(string Node, IpAddress Address)> Nodes() => _objects.Nodes.OrderBy(node => node.Metadata.Name, StringComparer.Ordinal)
        .SelectMany(node => TraceMap.AddressesOf(node).GroupBy(address => address.IsV6).Select(family => (node.Metadata.Name, family.First())));

    /// <summary>An address of each piece of what is outside, as far as rules tell them apart.</summary>
    public IEnumerable<IpAddress> Outside(IEnumerable<IpPrefix> told) => new BlockPieces(_objects, _pods).Of(new BlockEnd("outside", [], []), told);

    /// <summary>The rules of a pod; null where no policy selects it.</summary>
    public PolicyClass? ClassOf(IpAddress address, PolicyDirection direction, bool audited = false) =>
        _policed.GetValueOrDefault(address)?.ClassOf(direction, audited);

    /// <summary>Who an address is to the rules; null for nobody that they name.</summary>
    public PeerIdentity? IdentityOf(IpAddress address) => _judge.IdentityOf(address);

    /// <summary>What both ends say of connections from one address to another.</summary>
    /// <param name="from">Who opens them.</param>
    /// <param name="to">Who is to accept them.</param>
    /// <param name="audited">Whether policies under audit count.</param>
    public EquatableArray<PortPiece> Between(IpAddress from, IpAddress to, bool audited = false)
    {
        var egress = ClassOf(from, PolicyDirection.Egress, audited) ?? ClassOf(from, PolicyDirection.Egress);
        var ingress = ClassOf(to, PolicyDirection.Ingress, audited) ?? ClassOf(to, PolicyDirection.Ingress);
        var (peer, client) = (IdentityOf(to), IdentityOf(from));
        var key = (NumberOf(egress), NumberOf(peer), NumberOf(ingress), NumberOf(client));
        if (!_both.TryGetValue(key, out var both))
            _both[key] = both = PortPieces.Both(PiecesOf(egress, peer), PiecesOf(ingress, client));
        return both;
    }

    /// <summary>Numbers that are the same where nothing in the world tells two addresses apart: rules of both directions, and who they are to others.</summary>
    public (int Egress, int Ingress, int Identity) KindOf(IpAddress address) => (
        NumberOf(ClassOf(address, PolicyDirection.Egress)), NumberOf(ClassOf(address, PolicyDirection.Ingress)), NumberOf(IdentityOf(address)));

    private EquatableArray<PortPiece> PiecesOf(PolicyClass? rules, PeerIdentity? peer)
    {
        var key = (NumberOf(rules), NumberOf(peer));
        if (!_pieces.TryGetValue(key, out var pieces))
            _pieces[key] = pieces = PortPieces.Of(rules, peer);
        return pieces;
    }

    // Compilers give equal things one reference; to compare them by content would cost as much as to decide anew.
    private int NumberOf(object? thing)
    {
        if (thing is null)
            return 0;
        if (!_numbers.TryGetValue(thing, out var number))
            _numbers[thing] = number = _numbers.Count + 1;
        return number;
    }
}
