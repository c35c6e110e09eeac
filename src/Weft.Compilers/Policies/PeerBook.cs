using Weft.Compilers.Incremental;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies;

/// <summary>Who every address is to the rules of this node.</summary>
internal sealed class PeerBook(AddressOwners owners, NodeIndex nodes)
{
    private const int LeastForgotten = 1024;

    private readonly IdentityTable _identities = new();
    private readonly Dictionary<IpPrefix, Peer> _listed = [];
    private readonly HashSet<BlockTerm> _blockTerms = [];
    private readonly HashSet<NodeTerm> _nodeTerms = [];
    private readonly DomainIndex _domains = new();
    private readonly Dictionary<IpPrefix, Peer> _past = [];
    private BlockIndex _blocks = BlockIndex.Empty;

    /// <summary>Sorted.</summary>
    public EquatableArray<Peer> Peers { get; private set; }

    /// <summary>Who addresses were by names that they do not have any more, as far as that is somebody else than they are now; sorted.</summary>
    public EquatableArray<Peer> PastPeers { get; private set; }

    /// <summary>Takes over addresses of names that were learned and forgotten.</summary>
    public void Apply(ListChange<DomainAddress> change, Dirt dirt) => _domains.Apply(change, dirt);

    /// <summary>Terms that came into use or fell out of it.</summary>
    public void Note(IEnumerable<RuleTerm> touched, Dirt dirt)
    {
        foreach (var term in touched)
        {
            var asked = term is PortTerm port ? port.Peers : term;
            if (asked is PodTerm pods)
                dirt.Identities.UnionWith(pods.Members);
            else if (asked is BlockTerm block)
                dirt.Blocks = Track(_blockTerms, block);
            else if (asked is NodeTerm node)
                dirt.Nodes = Track(_nodeTerms, node);
            else if (asked is DomainTerm domain && Track(_domains.Terms, domain))
                dirt.Addresses.UnionWith(_domains.AddressesOf(domain));
        }
    }

    /// <summary>Works out the identities that may have changed.</summary>
    public void Update(Dirt dirt)
    {
        var ranges = new HashSet<IpPrefix>(dirt.Addresses.Count);
        foreach (var address in dirt.Addresses)
            ranges.Add(IpPrefix.Host(address));
        foreach (var group in dirt.Identities)
        {
            group.ForgetTermsInUse();
            foreach (var pod in group.Pods)
            {
                foreach (var address in pod.Pod.Addresses)
                    ranges.Add(IpPrefix.Host(address));
            }
        }

        if (dirt.Nodes || dirt.Blocks)
            ranges.UnionWith(_domains.Addresses.Select(IpPrefix.Host));
        if (dirt.Nodes)
            ranges.UnionWith(nodes.Addresses.Select(IpPrefix.Host).Concat(_listed.Keys));
        if (dirt.Blocks)
        {
            ranges.UnionWith(_listed.Keys);
            _blocks = new BlockIndex(_blockTerms);
            ranges.UnionWith(_blocks.Pieces.Select(piece => piece.Range));
            ranges.UnionWith(owners.Addresses.Concat(nodes.Addresses).Select(IpPrefix.Host));
        }

        Apply(ranges);
    }

    private void Apply(HashSet<IpPrefix> ranges)
    {
        var removed = new List<Peer>();
        var added = new List<Peer>();
        IReadOnlyList<NodeTerm> nodeTerms = [.. _nodeTerms];
        ListPast(ranges, nodeTerms);
        foreach (var range in ranges)
        {
            var identity = Wanted(range, nodeTerms);
            var before = _listed.GetValueOrDefault(range);
            if (ReferenceEquals(before?.Identity, identity))
                continue;
            if (before is not null)
                removed.Add(before);
            _listed.Remove(range);
            if (identity is not null)
                added.Add(_listed[range] = new Peer(range, identity));
        }

        Peers = SortedChange.Of(Peers, removed, added, static (left, right) => left.Range.CompareTo(right.Range));
        if (_identities.Count > LeastForgotten + (2 * _listed.Count))
            _identities.KeepOnly([.. _listed.Values.Concat(_past.Values).Select(peer => peer.Identity)]);
    }

    private void ListPast(HashSet<IpPrefix> ranges, IReadOnlyList<NodeTerm> nodeTerms)
    {
        var (removed, added) = (new List<Peer>(), new List<Peer>());
        foreach (var range in ranges.Where(range => range.HostBits == 0 && (_past.ContainsKey(range) || _domains.HasPast(range.Network))))
        {
            var piece = _blocks.Find(range.Network);
            var (was, now) = (IdentityOf(range.Network, piece, nodeTerms, withPast: true), IdentityOf(range.Network, piece, nodeTerms));
            if (_past.Remove(range, out var before))
                removed.Add(before);
            if (was is not null && !ReferenceEquals(was, now))
                added.Add(_past[range] = ReferenceEquals(before?.Identity, was) ? before! : new Peer(range, was));
        }

        PastPeers = SortedChange.Of(PastPeers, removed, added, static (left, right) => left.Range.CompareTo(right.Range));
    }

    /// <summary>The identity under which a range is to be listed; null when it is not, as a wider one says the same of it.</summary>
    private PeerIdentity? Wanted(IpPrefix range, IReadOnlyList<NodeTerm> nodeTerms)
    {
        var around = _blocks.Find(range.Network, range.Length);
        var outer = around is null ? null : IdentityOf(around);
        var isHost = range.HostBits == 0;
        var piece = _blocks.Find(range.Network, range.Length + 1);
        if (!isHost && piece?.Range != range)
            return null;
        var own = isHost ? IdentityOf(range.Network, piece, nodeTerms) : IdentityOf(piece!);
        return ReferenceEquals(own, outer) ? null : own ?? PeerIdentity.Nobody;
    }

    private PeerIdentity? IdentityOf(BlockPiece piece)
    {
        RuleTerm[] terms = [.. piece.Blocks.Where(block => block.Uses > 0)];
        Array.Sort(terms, TermOrder.Compare);
        return _identities.Of(terms);
    }

    private PeerIdentity? IdentityOf(IpAddress address, BlockPiece? piece, IReadOnlyList<NodeTerm> nodeTerms, bool withPast = false)
    {
        var group = owners.Find(address)?.Group;
        if (nodeTerms.Count == 0 && _domains.Terms.Count == 0 && piece is not { Blocks.Length: > 0 })
            return _identities.Of(group?.TermsInUse ?? []);
        var terms = new List<RuleTerm>(group?.TermsInUse ?? []);
        var fromGroup = terms.Count;
        terms.AddRange(nodes.Match(address, nodeTerms));
        terms.AddRange(_domains.Match(address, withPast));
        foreach (var block in piece?.Blocks ?? [])
        {
            if (block.Uses > 0)
                terms.Add(block);
            terms.AddRange(block.Ports.Where(port => port.Uses > 0 && group?.Has(port.Port) is true));
        }

        if (terms.Count == fromGroup)
            return _identities.Of(group?.TermsInUse ?? []);
        terms.Sort(TermOrder.Compare);
        return _identities.Of([.. terms]);
    }

    /// <summary>Puts a term into the set of those in use, itself or for a named port, or takes it out.</summary>
    /// <returns>True: even where the set stays, somebody may match one term more or less.</returns>
    private static bool Track<T>(HashSet<T> inUse, T term)
        where T : RuleTerm
    {
        _ = term.Uses > 0 || term.Ports.Any(port => port.Uses > 0) ? inUse.Add(term) : inUse.Remove(term);
        return true;
    }
}
