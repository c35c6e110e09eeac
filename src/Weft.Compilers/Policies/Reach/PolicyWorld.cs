using Weft.Compilers.Policies.Testing;
using Weft.Compilers.Policies.Verdicts;
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
    private readonly List<object?> _numbered = [null];

    /// <summary>Compiles a cluster.</summary>
    public PolicyWorld(ClusterSnapshot objects, EquatableArray<Pod> pods)
    {
        (_objects, _pods) = (objects, pods);
        var together = objects with
        {
            Policies = objects.Policies with { Pods = objects.Policies.Pods.Select(pod => pod with { Node = Everywhere }).ToEquatableArray(), DomainAddresses = [.. objects.Policies.DomainAddresses, .. DomainSamples.Of(objects.Policies.ClusterNetworkPolicies)] },
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

    /// <summary>Cluster DNS, which every node answers itself, at the first of its addresses of each family.</summary>
    public IEnumerable<IpAddress> ClusterDns() => _objects.Policies.StandIns.SelectMany(pod => pod.Addresses).GroupBy(address => address.IsV6).Select(family => family.First());

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
    public EquatableArray<PortPiece> Between(IpAddress from, IpAddress to, bool audited = false) => Between(KindOf(from, audited), KindOf(to, audited));

    /// <summary>What both ends say of connections between addresses of these kinds.</summary>
    public EquatableArray<PortPiece> Between(AddressKind from, AddressKind to)
    {
        var key = (from.Egress, to.Identity, to.Ingress, from.Identity);
        if (!_both.TryGetValue(key, out var both))
            _both[key] = both = PortPieces.Both(PiecesOf(from.Egress, to.Identity), PiecesOf(to.Ingress, from.Identity));
        return both;
    }

    /// <summary>What kind of address it is: the same where nothing in the world tells two apart.</summary>
    public AddressKind KindOf(IpAddress address, bool audited = false) =>
        new(NumberOf(Rules(address, PolicyDirection.Egress, audited)), NumberOf(Rules(address, PolicyDirection.Ingress, audited)), NumberOf(IdentityOf(address)));

    private PolicyClass? Rules(IpAddress address, PolicyDirection direction, bool audited) =>
        (audited ? ClassOf(address, direction, audited) : null) ?? ClassOf(address, direction);

    private EquatableArray<PortPiece> PiecesOf(int rules, int peer)
    {
        if (!_pieces.TryGetValue((rules, peer), out var pieces))
            _pieces[(rules, peer)] = pieces = PortPieces.Of((PolicyClass?)_numbered[rules], (PeerIdentity?)_numbered[peer]);
        return pieces;
    }

    // Compilers give equal things one reference; to compare them by content would cost as much as to decide anew.
    private int NumberOf(object? thing)
    {
        if (thing is null)
            return 0;
        if (_numbers.TryGetValue(thing, out var number))
            return number;
        _numbered.Add(thing);
        return _numbers[thing] = _numbered.Count - 1;
    }
}

/// <summary>Numbers of the rules of an address in both directions, and of who it is to others; 0 for none.</summary>
internal readonly record struct AddressKind(int Egress, int Ingress, int Identity);
