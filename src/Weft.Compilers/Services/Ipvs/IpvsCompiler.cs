using Weft.Compilers.Clusters;
using Weft.Model;
using Weft.Model.Ipvs;
using Weft.Model.Nftables;
using Weft.Model.Routes;
using Weft.Model.Services;

namespace Weft.Compilers.Services.Ipvs;

/// <summary>Writes a node's Services as virtual servers of IPVS, and as rules for what IPVS does not know.</summary>
/// <remarks>
/// A virtual server has one set of real ones for everybody. So under the external policy Local pods and the node itself are served by endpoints of this
/// node, too, and dropped where there are none; by the other targets they would reach any endpoint.
/// </remarks>
public static class IpvsCompiler
{
    /// <summary>Compiles a table.</summary>
    /// <param name="table">What to serve.</param>
    /// <param name="nodeAddresses">The node's own addresses: each has a virtual server for every node port.</param>
    public static IpvsPlan Compile(ServiceTable table, IEnumerable<IpAddress> nodeAddresses)
    {
        var own = nodeAddresses.ToHashSet();
        var addresses = own.Where(address => TakesNodePorts(table, address)).Order().ToList();
        var servers = new SortedDictionary<string, VirtualServer>(StringComparer.Ordinal);
        var owners = new Dictionary<VirtualAddress, ServicePortName>();
        var facts = new List<FrontendFacts>();
        foreach (var port in table.Ports)
        {
            foreach (var (frontend, address) in port.Frontends.SelectMany(frontend => Addresses(port, frontend, addresses)))
            {
                if (!owners.TryAdd(address, port.Name))
                    continue;
                facts.Add(new FrontendFacts(port, frontend, address));
                if (port.BackendsOf(frontend) is { Count: > 0 } backends)
                    servers.Add(address.ToString(), Server(port, address, backends));
            }
        }

        var virtualRanges = Virtual(table, facts, own);
        var rules = new[] { false, true }.Where(v6 => facts.Exists(fact => fact.Address.Address.IsV6 == v6) || table.ServiceRanges.Any(range => range.IsV6 == v6))
            .Select(v6 => IpvsRules.Write(v6, table, virtualRanges, facts.Where(fact => fact.Address.Address.IsV6 == v6).ToList()));
        return new IpvsPlan(servers.Values.ToEquatableArray(), owners, virtualRanges.Select(Route).ToEquatableArray(), new NftRuleset { Tables = [.. rules] });
    }

    /// <summary>
    /// The virtual addresses: whole ranges of cluster IPs where they are known, single addresses beside them. The node's own stay what they are, also
    /// where they are external IPs of a Service: other programs listen there.
    /// </summary>
    private static EquatableArray<IpPrefix> Virtual(ServiceTable table, List<FrontendFacts> facts, HashSet<IpAddress> own) => PrefixSet.Normalize(
        table.ServiceRanges.Concat(facts.Select(fact => fact.Address.Address).Where(address => !own.Contains(address)).Select(IpPrefix.Host)));

    private static IEnumerable<(Frontend Frontend, VirtualAddress Address)> Addresses(ProxiedPort port, Frontend frontend, List<IpAddress> node) =>
        frontend.Address is { } address
            ? [(frontend, new VirtualAddress(port.Name.Protocol, address, frontend.Port))]
            : node.Where(own => own.IsV6 == port.IsV6).Select(own => (frontend, new VirtualAddress(port.Name.Protocol, own, frontend.Port)));

    private static VirtualServer Server(ProxiedPort port, VirtualAddress address, EquatableArray<Backend> backends) => new(address)
    {
        PersistenceSeconds = (uint)port.AffinitySeconds,
        Servers = backends.Select(backend => new RealServer(backend.Address, backend.Port)).Distinct().ToEquatableArray(),
    };

    private static bool TakesNodePorts(ServiceTable table, IpAddress address)
    {
        if (address.IsLoopback || address.IsLinkLocal)
            return false;
        var chosen = table.NodePortAddresses.Where(range => range.IsV6 == address.IsV6).ToList();
        return chosen.Count == 0 || chosen.Exists(range => range.Contains(address));
    }

    private static Route Route(IpPrefix range) => new Route(range)
    {
        Type = RouteType.Local, Device = "lo", Table = RouteTable.Local, Scope = RouteScope.Host, Protocol = IpvsPlan.RouteProtocol,
    }.Canonical();
}

/// <summary>One address of one port.</summary>
internal sealed record FrontendFacts(ProxiedPort Port, Frontend Frontend, VirtualAddress Address)
{
    /// <summary>Whether IPVS has somebody to send connections to.</summary>
    public bool IsServed => Port.BackendsOf(Frontend).Count > 0;
}
