using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Compilers.Policies.Verdicts;

/// <summary>Addresses for names of which nobody has said any: offline, a name has one of each family that no host can have (240.0.0.0/5, 100::/64).</summary>
internal static class DomainSamples
{
    private const uint Reserved4 = 0xF0000000, Host4 = 0x07FFFFFF;
    private static readonly UInt128 Discard6 = IpAddress.Parse("100::").Bits;

    // A label that no policy is likely to name by itself.
    private static readonly DnsName Any = DnsName.Parse("any");

    /// <summary>Addresses of names.</summary>
    public static EquatableArray<DomainAddress> Of(IEnumerable<DnsName> names) =>
        names.Distinct().SelectMany(name => (DomainAddress[])[new(name, AddressOf(name, v6: false)), new(name, AddressOf(name, v6: true))]).ToEquatableArray();

    /// <summary>Addresses of a name for each domain that policies name.</summary>
    public static EquatableArray<DomainAddress> Of(EquatableArray<ClusterNetworkPolicy> policies) => Of(policies
        .SelectMany(policy => policy.Spec.Egress).SelectMany(rule => rule.To).SelectMany(peer => peer.DomainNames)
        .Select(text => DomainPattern.TryParse(text, out var pattern, out _) ? pattern : (DomainPattern?)null).OfType<DomainPattern>()
        .Where(pattern => !pattern.IsWildcard || pattern.Name.Wire.Length + Any.Wire.Length <= DnsName.MaxLength)
        .Select(pattern => pattern.IsWildcard ? pattern.Name.Prepend(Any) : pattern.Name));

    /// <summary>The address of a name.</summary>
    public static IpAddress AddressOf(DnsName name, bool v6)
    {
        var number = (uint)NameBytes.Hash(name.Wire);
        return v6 ? IpAddress.V6(Discard6 + number) : IpAddress.V4(Reserved4 | (number & Host4));
    }
}
