using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Node.Policies.Domains;

/// <summary>The domains that policies of the cluster name. Immutable; a question costs a look per label and allocates nothing.</summary>
internal sealed class DomainPatterns
{
    // By the hash of the name, since names in messages are bytes; names are a policy's, so nobody makes them collide but its author.
    private readonly Dictionary<int, DomainPattern[]> _byHash;

    /// <param name="policies">Policies of the cluster.</param>
    public DomainPatterns(EquatableArray<ClusterNetworkPolicy> policies) => _byHash = policies
        .SelectMany(policy => policy.Spec.Egress).SelectMany(rule => rule.To).SelectMany(peer => peer.DomainNames)
        .Select(text => DomainPattern.TryParse(text, out var pattern, out _) ? pattern : (DomainPattern?)null).OfType<DomainPattern>().Distinct()
        .GroupBy(pattern => NameBytes.Hash(pattern.Name.Wire)).ToDictionary(same => same.Key, same => same.ToArray());

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _byHash.Count == 0;

    /// <summary>Whether a policy names this name.</summary>
    /// <param name="name">The name as it is on the wire.</param>
    public bool Wants(ReadOnlySpan<byte> name)
    {
        if (IsEmpty)
            return false;
        for (var rest = name; rest[0] != 0; rest = NameBytes.Parent(rest))
        {
            foreach (var pattern in _byHash.GetValueOrDefault(NameBytes.Hash(rest)) ?? [])
            {
                if (pattern.Matches(name))
                    return true;
            }
        }

        return false;
    }
}
