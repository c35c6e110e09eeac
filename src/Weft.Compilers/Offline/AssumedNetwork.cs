using Weft.Model;

namespace Weft.Compilers.Offline;

/// <summary>The ranges of a lab, for whatever manifests leave out.</summary>
/// <param name="dual">Whether IPv6 is needed as well.</param>
internal sealed class AssumedNetwork(bool dual)
{
    public static readonly IpPrefix Services4 = IpPrefix.Parse("10.96.0.0/16");
    public static readonly IpPrefix Services6 = IpPrefix.Parse("fd96::/108");

    public IReadOnlyList<IpPrefix> Underlay { get; } = Families(dual, IpPrefix.Parse("172.30.0.0/24"), IpPrefix.Parse("fd30::/64"));

    public IReadOnlyList<IpPrefix> Pods { get; } = Families(dual, IpPrefix.Parse("10.244.0.0/16"), IpPrefix.Parse("fd44::/48"));

    public IReadOnlyList<IpPrefix> Services { get; } = Families(dual, Services4, Services6);

    private static IReadOnlyList<IpPrefix> Families(bool dual, IpPrefix v4, IpPrefix v6) => dual ? [v4, v6] : [v4];
}
