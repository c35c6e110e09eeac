using Weft.Model;
using Weft.Model.Ipvs;
using Weft.Model.Nftables;
using Weft.Model.Routes;
using Weft.Model.Services;

namespace Weft.Compilers.Services.Ipvs;

/// <summary>What a node's kernel needs to balance Services by IPVS.</summary>
/// <param name="Servers">The virtual servers.</param>
/// <param name="Owners">Whose they are.</param>
/// <param name="Routes">What makes virtual addresses the node's own, so that packets to them come to IPVS.</param>
/// <param name="Rules">What IPVS cannot do: masquerade, source ranges, refusals.</param>
public sealed record IpvsPlan(
    EquatableArray<VirtualServer> Servers, IReadOnlyDictionary<VirtualAddress, ServicePortName> Owners, EquatableArray<Route> Routes, NftRuleset Rules)
{
    /// <summary><c>RTPROT_*</c> of its routes: ASCII 'X', beside that of the agent's other routes, which reads and removes its own only.</summary>
    public const byte RouteProtocol = 88;

    /// <summary>Its tables, one for each family.</summary>
    public static EquatableArray<NftTableId> Tables { get; } = [new(NftFamily.Ip, IpvsRules.Table), new(NftFamily.Ip6, IpvsRules.Table)];

    /// <summary>Nothing.</summary>
    public static IpvsPlan Empty { get; } = new([], new Dictionary<VirtualAddress, ServicePortName>(), [], NftRuleset.Empty);

    /// <summary>The virtual servers that a read-back of <see cref="Tables"/> says are this target's: others belong to somebody else.</summary>
    public static HashSet<VirtualAddress> Owned(NftRuleset rules)
    {
        var owned = new HashSet<VirtualAddress>();
        foreach (var table in rules.Tables)
        {
            foreach (var element in table.Sets.FirstOrDefault(set => set.Name == IpvsRules.Served)?.Elements ?? [])
                owned.Add(IpvsRules.Address(element.Key, table.Family == NftFamily.Ip6));
        }

        return owned;
    }
}
