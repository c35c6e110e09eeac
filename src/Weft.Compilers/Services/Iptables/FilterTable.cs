using Weft.Model;
using Weft.Model.Services;

namespace Weft.Compilers.Services.Iptables;

/// <summary>Table <c>filter</c>: what nobody serves is refused, and what was balanced may pass.</summary>
internal static class FilterTable
{
    public static IptablesTable Write(List<PortRules> ports, PortContext context, List<IpPrefix> ranges, EquatableArray<ServiceHealthCheck> checks) => new(
        "filter",
        [
            new IptablesChain(ChainNames.ExternalServices, ports.SelectMany(port => port.RefusedOutside).ToEquatableArray()),
            new IptablesChain(ChainNames.Firewall, ports.SelectMany(port => port.Firewall).ToEquatableArray()),
            new IptablesChain(ChainNames.Forward, Forward()),
            new IptablesChain(ChainNames.NodePorts, checks.Select(HealthCheck).ToEquatableArray()),
            new IptablesChain(ChainNames.Services, [.. ports.SelectMany(port => port.Refused), .. ranges.Select(range => Unused(range, context))]),
        ],
        [
            Firewall("INPUT"),
            NatTable.Jump("INPUT", "kubernetes health check service ports", ChainNames.NodePorts),
            External("INPUT"),
            Firewall("FORWARD"),
            NatTable.Jump("FORWARD", "kubernetes service portals", ChainNames.Services, onlyNew: true),
            External("FORWARD"),
            NatTable.Jump("FORWARD", "kubernetes forwarding rules", ChainNames.Forward),
            Firewall("OUTPUT"),
            NatTable.Jump("OUTPUT", "kubernetes service portals", ChainNames.Services, onlyNew: true),
            External("OUTPUT"),
        ]);

    private static IptablesJump Firewall(string from) =>
        NatTable.Jump(from, "kubernetes load balancer firewall", ChainNames.Firewall, onlyNew: true);

    private static IptablesJump External(string from) =>
        NatTable.Jump(from, "kubernetes externally-visible service portals", ChainNames.ExternalServices, onlyNew: true);

    // An answer that conntrack does not know is no answer: passed on it would reach the client under the endpoint's address, and be reset.
    private static EquatableArray<string> Forward() =>
    [
        "-m conntrack --ctstate INVALID -j DROP",
        $"-m comment --comment \"kubernetes forwarding rules\" -m mark --mark {NatTable.Mark}/{NatTable.Mark} -j ACCEPT",
        "-m comment --comment \"kubernetes forwarding conntrack rule\" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
    ];

    private static string HealthCheck(ServiceHealthCheck check) =>
        $"-p tcp -m comment --comment \"{check.Namespace}/{check.Service} health check node port\" -m tcp --dport {check.Port} -j ACCEPT";

    private static string Unused(IpPrefix range, PortContext context) =>
        $"{PortContext.Match("-d", range)}-m comment --comment \"no Service has this address and port\" -j {context.Reject}";
}
