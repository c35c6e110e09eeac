using Weft.Model;
using Weft.Model.Ipvs;
using Weft.Model.Nftables;
using Weft.Model.Routes;

namespace Weft.Compilers.Services.Ipvs;

/// <summary>What a node's kernel needs to balance Services by IPVS.</summary>
/// <param name="Servers">The virtual servers, in the order of their addresses.</param>
/// <param name="Routes">What makes virtual addresses the node's own, so that packets to them come to IPVS.</param>
/// <param name="Rules">What IPVS cannot do: masquerade, source ranges, refusals, other endpoints for clients inside.</param>
public sealed record IpvsPlan(EquatableArray<VirtualServer> Servers, EquatableArray<Route> Routes, NftRuleset Rules)
{
    /// <summary><c>RTPROT_*</c> of its routes: ASCII 'X', beside that of the agent's other routes, which reads and removes its own only.</summary>
    public const byte RouteProtocol = 88;

    /// <summary>Its tables, one for each family.</summary>
    public static EquatableArray<NftTableId> Tables { get; } = [IpvsSets.V4.Table, IpvsSets.V6.Table];

    /// <summary>Nothing.</summary>
    public static IpvsPlan Empty { get; } = new([], [], NftRuleset.Empty);

    /// <summary>The virtual servers that a read-back of <see cref="Tables"/> says are this target's: others belong to somebody else.</summary>
    public static HashSet<VirtualAddress> Owned(NftRuleset rules)
    {
        var owned = new HashSet<VirtualAddress>();
        foreach (var table in rules.Tables)
        {
            foreach (var element in table.FindSet(IpvsSets.Served)?.Elements ?? [])
                owned.Add(IpvsSets.Address(element.Key, table.Family == NftFamily.Ip6));
        }

        return owned;
    }

    internal static Route Route(IpPrefix range, IpAddress? source) => new Route(range)
    {
        Type = RouteType.Local, Device = "lo", Table = RouteTable.Local, Scope = RouteScope.Host, Protocol = RouteProtocol, Source = source,
    }.Canonical();
}

/// <summary>What changes from one state of the Services to the next, in the order in which it has to be carried out.</summary>
/// <param name="RoutesGone">Routes to remove.</param>
/// <param name="ServersGone">Virtual servers to remove.</param>
/// <param name="Rules">Elements of the tables.</param>
/// <param name="Servers">Virtual servers to write, with all their real ones.</param>
/// <param name="Routes">Routes to add.</param>
public sealed record IpvsChange(
    IReadOnlyList<Route> RoutesGone, IReadOnlyList<VirtualAddress> ServersGone, NftBatch Rules, IReadOnlyList<VirtualServer> Servers, IReadOnlyList<Route> Routes);
