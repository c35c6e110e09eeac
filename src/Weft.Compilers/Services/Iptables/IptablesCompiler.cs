using System.Runtime.CompilerServices;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Compilers.Services.Iptables;

/// <summary>Writes a node's Services as iptables chains, in the shape of upstream's proxy.</summary>
/// <remarks>
/// Rules are written as iptables-save prints them, so that a read-back compares line by line. It remembers the rules of ports that did not change
/// (<see cref="ProxiedPort"/> by reference): use one instance for one stream of tables, from one thread. The result depends on the table alone.
/// </remarks>
public sealed class IptablesCompiler(bool isV6)
{
    private PortContext? _context;
    private ConditionalWeakTable<ProxiedPort, PortRules> _written = [];

    /// <summary>Compiles the ports of the family. Nothing to serve or to refuse gives no tables at all.</summary>
    public IptablesRuleset Compile(ServiceTable table)
    {
        var ports = table.Ports.Where(port => port.IsV6 == isV6).ToList();
        var ranges = table.ServiceRanges.Where(range => range.IsV6 == isV6).ToList();
        if (ports.Count == 0 && ranges.Count == 0)
            return new IptablesRuleset(isV6, []);
        var context = new PortContext(isV6, Of(table.PodRanges), NodePortMatches(table.NodePortAddresses), table.MasqueradeAll);
        if (context != _context)
            _written = [];
        _context = context;
        var rules = ports.ConvertAll(port => _written.GetValue(port, Write));
        return new IptablesRuleset(isV6, [FilterTable.Write(rules, context, [.. ranges, .. Beside(ranges, ports)], table.HealthChecks), NatTable.Write(rules, context)]);
    }

    /// <summary>Cluster IPs outside of the known ranges: their other ports are refused, too.</summary>
    private static IEnumerable<IpPrefix> Beside(List<IpPrefix> ranges, List<ProxiedPort> ports) => ports
        .SelectMany(port => port.Frontends)
        .Where(frontend => frontend.Kind == FrontendKind.ClusterIp && !ranges.Exists(range => range.Contains(frontend.Address!.Value)))
        .Select(frontend => IpPrefix.Host(frontend.Address!.Value))
        .Distinct();

    private PortRules Write(ProxiedPort port) => PortRuleWriter.Write(port, _context!);

    private EquatableArray<IpPrefix> Of(EquatableArray<IpPrefix> ranges) => ranges.Where(range => range.IsV6 == isV6).ToEquatableArray();

    // Every address but loopback where nothing was chosen; what was chosen may hold nothing of this family.
    private EquatableArray<string> NodePortMatches(EquatableArray<IpPrefix> addresses) => addresses.Count == 0
        ? [isV6 ? "! -d ::1/128 " : "! -d 127.0.0.0/8 "]
        : Of(addresses).Select(range => PortContext.Match("-d", range)).ToEquatableArray();
}
