using Weft.Model.Policies;
using Weft.Compilers.Services.Nftables;

namespace Weft.Compilers.Policies.Nftables;

/// <summary>Which identities peers have, and by what number. An identity goes with its last peer.</summary>
internal sealed class IdentityBook(Journal journal)
{
    private readonly Dictionary<PeerIdentity, IdentityState> _states = [];
    private readonly Dictionary<uint, IdentityState> _byNumber = [];
    private readonly Dictionary<PeerTerm, HashSet<IdentityState>> _byTerm = [];
    private readonly Numbers _numbers = new(1, 1, PolicySets.NumberMask);
    private readonly HashSet<IdentityState> _planned = [];

    /// <summary>Identities that the plan brings.</summary>
    public IEnumerable<IdentityState> Opened => _planned.Where(state => state is { Count: 0, After: > 0 });

    /// <summary>Identities that nobody has any more after the plan.</summary>
    public IEnumerable<IdentityState> Closed => _planned.Where(state => state.After == 0);

    /// <summary>Notes a peer more; returns its identity's number.</summary>
    /// <param name="identity">The identity.</param>
    /// <param name="preferred">The number that the kernel has for the peer.</param>
    public uint Take(PeerIdentity identity, uint? preferred)
    {
        if (!_states.TryGetValue(identity, out var state))
            state = Open(identity, preferred);
        state.Planned++;
        _planned.Add(state);
        return state.Number;
    }

    /// <summary>Notes a peer less.</summary>
    public void Give(PeerIdentity identity)
    {
        var state = _states[identity];
        state.Planned--;
        _planned.Add(state);
    }

    /// <summary>The number of an identity in use.</summary>
    public uint NumberOf(PeerIdentity identity) => _states[identity].Number;

    /// <summary>The identity of a number; null for everybody.</summary>
    public PeerIdentity? Find(uint number) => _byNumber.GetValueOrDefault(number)?.Identity;

    /// <summary>Identities that match at least one of the terms, and that somebody has after the plan.</summary>
    public IEnumerable<IdentityState> Matching(IEnumerable<PeerTerm> terms)
    {
        var found = new HashSet<IdentityState>();
        foreach (var term in terms)
        {
            if (_byTerm.TryGetValue(term, out var states))
                found.UnionWith(states);
        }

        return found.Where(state => state.After > 0);
    }

    /// <summary>The plan has been carried out.</summary>
    public void Commit()
    {
        foreach (var state in _planned)
        {
            state.Count = state.After;
            state.Planned = 0;
            if (state.Count > 0)
                continue;
            Remove(state);
            _numbers.Free(state.Number);
        }

        _planned.Clear();
        _numbers.Commit();
    }

    /// <summary>Forgets the plan.</summary>
    public void Discard()
    {
        foreach (var state in _planned)
            state.Planned = 0;
        _planned.Clear();
        _numbers.Discard();
    }

    private IdentityState Open(PeerIdentity identity, uint? preferred)
    {
        var number = preferred is { } known && _numbers.TryTake(known) ? known : _numbers.Take();
        var state = new IdentityState(identity, number);
        _states.Add(identity, state);
        _byNumber.Add(number, state);
        foreach (var term in identity.Terms)
        {
            if (!_byTerm.TryGetValue(term, out var states))
                _byTerm[term] = states = [];
            states.Add(state);
        }

        journal.Undo(() => Remove(state));
        return state;
    }

    private void Remove(IdentityState state)
    {
        _states.Remove(state.Identity);
        _byNumber.Remove(state.Number);
        foreach (var term in state.Identity.Terms)
        {
            _byTerm[term].Remove(state);
            if (_byTerm[term].Count == 0)
                _byTerm.Remove(term);
        }
    }
}

/// <summary>An identity that peers have.</summary>
internal sealed class IdentityState(PeerIdentity identity, uint number)
{
    public PeerIdentity Identity { get; } = identity;

    public uint Number { get; } = number;

    /// <summary>Peers that have it.</summary>
    public int Count { get; set; }

    /// <summary>How many more the plan brings.</summary>
    public int Planned { get; set; }

    public int After => Count + Planned;
}
