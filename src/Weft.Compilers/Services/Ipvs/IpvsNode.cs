using Weft.Model;

namespace Weft.Compilers.Services.Ipvs;

/// <summary>What the compiler must know of the machine.</summary>
/// <param name="Addresses">Its own addresses: those that take node ports have a virtual server for each, and none becomes virtual.</param>
/// <param name="SourceV4">Whose address its own connections to virtual addresses carry; null leaves the virtual address itself, which is then masqueraded.</param>
/// <param name="SourceV6">The same for IPv6.</param>
public sealed record IpvsNode(EquatableArray<IpAddress> Addresses, IpAddress? SourceV4 = null, IpAddress? SourceV6 = null)
{
    /// <summary>Its own addresses, sorted, each once.</summary>
    public EquatableArray<IpAddress> Addresses { get; init; } = Addresses.Distinct().Order().ToEquatableArray();

    /// <summary>The source for a family.</summary>
    public IpAddress? Source(bool v6) => v6 ? SourceV6 : SourceV4;
}
