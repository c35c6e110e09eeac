using System.Runtime.CompilerServices;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies;

/// <summary>Identities, each once: peers that match the same terms have the same reference.</summary>
internal sealed class IdentityTable
{
    private readonly Dictionary<TermSet, PeerIdentity> _identities = [];

    public int Count => _identities.Count;

    /// <summary>The identity of those that match these terms, which are sorted; null for none.</summary>
    public PeerIdentity? Of(RuleTerm[] terms)
    {
        if (terms.Length == 0)
            return null;
        var key = new TermSet(terms);
        if (!_identities.TryGetValue(key, out var identity))
            _identities.Add(key, identity = new PeerIdentity([.. terms.Select(term => term.Term)]));
        return identity;
    }

    /// <summary>Forgets all but these.</summary>
    public void KeepOnly(HashSet<PeerIdentity> used)
    {
        foreach (var (key, identity) in _identities.ToList())
        {
            if (!used.Contains(identity))
                _identities.Remove(key);
        }
    }

    private readonly struct TermSet(RuleTerm[] terms) : IEquatable<TermSet>
    {
        private readonly RuleTerm[] _terms = terms;

        public bool Equals(TermSet other) => _terms.AsSpan().SequenceEqual(other._terms);

        public override bool Equals(object? obj) => obj is TermSet other && Equals(other);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            foreach (var term in _terms)
                hash.Add(RuntimeHelpers.GetHashCode(term));
            return hash.ToHashCode();
        }
    }
}
