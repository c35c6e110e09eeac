using Weft.Compilers.Incremental;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Compilers.Policies;

/// <summary>The names that addresses were said to have, and the terms in use that these match.</summary>
internal sealed class DomainIndex
{
    private readonly Dictionary<IpAddress, List<DomainAddress>> _names = [];
    private readonly HashSet<DomainTerm> _terms = [];

    /// <summary>Terms that rules of this node ask for.</summary>
    public HashSet<DomainTerm> Terms => _terms;

    /// <summary>Addresses that have names, or had.</summary>
    public IEnumerable<IpAddress> Addresses => _names.Keys;

    /// <summary>Takes over what was learned and forgotten.</summary>
    public void Apply(ListChange<DomainAddress> change, Dirt dirt)
    {
        foreach (var gone in change.Gone)
        {
            var names = _names[gone.Address];
            names.RemoveAll(name => ReferenceEquals(name, gone));
            if (names.Count == 0)
                _names.Remove(gone.Address);
            dirt.Addresses.Add(gone.Address);
        }

        foreach (var come in change.Come)
        {
            if (!_names.TryGetValue(come.Address, out var names))
                _names[come.Address] = names = [];
            names.Add(come);
            dirt.Addresses.Add(come.Address);
        }
    }

    /// <summary>Addresses that a term is about, now or in the past.</summary>
    public IEnumerable<IpAddress> AddressesOf(DomainTerm term) => _names.Where(entry => entry.Value.Exists(name => term.Pattern.Matches(name.Name))).Select(entry => entry.Key);

    /// <summary>The terms in use that an address matches.</summary>
    /// <param name="address">The address.</param>
    /// <param name="withPast">Whether names count that it does not have any more.</param>
    public IEnumerable<DomainTerm> Match(IpAddress address, bool withPast) => _terms.Count > 0 && _names.TryGetValue(address, out var names)
        ? _terms.Where(term => names.Exists(name => (withPast || !name.IsPast) && term.Pattern.Matches(name.Name)))
        : [];

    /// <summary>Whether an address had names that it does not have any more.</summary>
    public bool HasPast(IpAddress address) => _names.TryGetValue(address, out var names) && names.Exists(name => name.IsPast);
}
