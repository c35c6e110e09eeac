using Weft.Model;

namespace Weft.Compilers.Services.Iptables;

/// <summary>What one port of one Service contributes.</summary>
/// <param name="Chains">Chains of its own, in <c>nat</c>.</param>
/// <param name="Services">Rules of <c>nat</c> KUBE-SERVICES.</param>
/// <param name="NodePorts">Rules of <c>nat</c> KUBE-NODEPORTS.</param>
/// <param name="Refused">Rules of <c>filter</c> KUBE-SERVICES: cluster IPs that nobody serves.</param>
/// <param name="RefusedOutside">Rules of <c>filter</c> KUBE-EXTERNAL-SERVICES: other addresses that nobody serves.</param>
/// <param name="Firewall">Rules of <c>filter</c> KUBE-PROXY-FIREWALL: who may not.</param>
internal sealed record PortRules(
    EquatableArray<IptablesChain> Chains,
    EquatableArray<string> Services,
    EquatableArray<string> NodePorts,
    EquatableArray<string> Refused,
    EquatableArray<string> RefusedOutside,
    EquatableArray<string> Firewall);

/// <summary>What all ports of a family have in common.</summary>
/// <param name="IsV6">The family.</param>
/// <param name="Pods">Its pod ranges.</param>
/// <param name="NodePortMatches">Which local addresses take node ports, as matches with a space behind them.</param>
/// <param name="MasqueradeAll">Whether every connection to a cluster IP is masqueraded.</param>
internal sealed record PortContext(bool IsV6, EquatableArray<IpPrefix> Pods, EquatableArray<string> NodePortMatches, bool MasqueradeAll)
{
    /// <summary>Where connections to a cluster IP go to be marked for masquerade, if any are.</summary>
    public string? ClusterMark => MasqueradeAll ? ChainNames.MarkMasquerade : Pods.Count > 0 ? ChainNames.MarkOutside : null;

    public string Reject => IsV6 ? "REJECT --reject-with icmp6-port-unreachable" : "REJECT --reject-with icmp-port-unreachable";

    /// <summary>A match of source or destination; the whole address space is no match, as iptables-save leaves it out.</summary>
    public static string Match(string option, IpPrefix prefix) => prefix.Length == 0 ? "" : $"{option} {prefix} ";
}
