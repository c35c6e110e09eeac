using Weft.Kubernetes;

namespace Weft.Tests.Policies.Oracle;

/// <summary>The oracle's reading of one ClusterNetworkPolicy.</summary>
internal sealed class OracleClusterPolicy(ClusterNetworkPolicy policy, OraclePods pods)
{
    private readonly ClusterNetworkPolicySubject _subject = policy.Spec.Subject;

    private bool HasOneSubject => _subject.Namespaces is null != _subject.Pods is null;

    /// <summary>Whether it is clear whom the policy selects, and when.</summary>
    private bool IsClear => policy.Spec.Tier is "Admin" or "Baseline" && HasOneSubject
        && (_subject.Namespaces is null || OracleSelectors.IsValid(_subject.Namespaces)) && (_subject.Pods is null || IsValid(_subject.Pods));

    public bool Selects(Pod pod) =>
        !HasOneSubject
        || (_subject.Namespaces is { } namespaces && OracleSelectors.Matches(namespaces, pods.LabelsOf(pod.Metadata.Namespace!)))
        || (_subject.Pods is { } chosen && OracleSelectors.Matches(chosen.NamespaceSelector, pods.LabelsOf(pod.Metadata.Namespace!))
            && OracleSelectors.Matches(chosen.PodSelector, pod.Metadata.Labels));

    /// <summary>What a rule does with a packet; null when it does not speak of it.</summary>
    public string? Decide(ClusterNetworkPolicyRule rule, OracleSide side)
    {
        var understood = Understood(rule, side.Direction);
        var matches = understood && Peers(rule, side.Direction).Any(peer => Matches(peer, side))
            && (!rule.Protocols.Any() || rule.Protocols.Any(protocol => Matches(protocol, side)));
        if (understood && (IsClear || rule.Action == "Deny"))
            return matches ? rule.Action : null;
        return rule.Action == "Accept" ? null : "Deny";
    }

    private static IEnumerable<ClusterNetworkPolicyPeer> Peers(ClusterNetworkPolicyRule rule, string direction) => direction == "ingress" ? rule.From : rule.To;

    private bool Understood(ClusterNetworkPolicyRule rule, string direction)
    {
        var named = rule.Protocols.Any(protocol => !string.IsNullOrEmpty(protocol.DestinationNamedPort));
        return rule.Action is "Accept" or "Deny" or "Pass"
            && Peers(rule, direction).Any()
            && Peers(rule, direction).All(peer => Understood(peer, direction, rule.Action) && !(named && peer.Pods is null && peer.Namespaces is null))
            && rule.Protocols.All(Understood);
    }

    private bool Understood(ClusterNetworkPolicyPeer peer, string direction, string action)
    {
        bool[] fields = [peer.Namespaces is not null, peer.Pods is not null, peer.Nodes is not null, peer.Networks.Any(), peer.DomainNames.Any()];
        return fields.Count(set => set) == 1
            && (!peer.DomainNames.Any() || (pods.LearnsDomains && action == "Accept" && peer.DomainNames.All(IsDomain)))
            && (direction == "egress" || peer.Namespaces is not null || peer.Pods is not null)
            && (peer.Namespaces is null || OracleSelectors.IsValid(peer.Namespaces))
            && (peer.Nodes is null || OracleSelectors.IsValid(peer.Nodes))
            && (peer.Pods is null || IsValid(peer.Pods))
            && peer.Networks.All(network => OracleAddresses.Contains(network, "::") is not null);
    }

    private static bool Understood(ClusterNetworkPolicyProtocol protocol)
    {
        var ports = new[] { protocol.Tcp, protocol.Udp, protocol.Sctp }.OfType<ClusterNetworkPolicyPorts>().ToList();
        if (!string.IsNullOrEmpty(protocol.DestinationNamedPort))
            return ports.Count == 0;
        if (ports is not [{ DestinationPort: { } port }])
            return false;
        return (port.Number, port.Range) switch
        {
            ({ } number, null) => number is >= 1 and <= 65535,
            (null, { } range) => range.Start >= 1 && range.Start < range.End && range.End <= 65535,
            _ => false,
        };
    }

    private bool Matches(ClusterNetworkPolicyPeer peer, OracleSide side)
    {
        if (peer.Namespaces is { } namespaces)
            return side.PeerIs(name => OracleSelectors.Matches(namespaces, pods.LabelsOf(name)), new LabelSelector());
        if (peer.Pods is { } chosen)
            return side.PeerIs(name => OracleSelectors.Matches(chosen.NamespaceSelector, pods.LabelsOf(name)), chosen.PodSelector);
        if (peer.Nodes is { } nodes)
            return pods.NodesAt(side.Peer).Any(node => OracleSelectors.Matches(nodes, node.Metadata.Labels));
        if (peer.DomainNames.Any())
            return peer.DomainNames.Any(domain => pods.IsOfDomain(side.Peer, domain));
        return peer.Networks.Any(network => OracleAddresses.Contains(network, side.Peer) is true);
    }

    private static bool Matches(ClusterNetworkPolicyProtocol protocol, OracleSide side)
    {
        if (!string.IsNullOrEmpty(protocol.DestinationNamedPort))
            return side.GoesToNamed(protocol.DestinationNamedPort, protocol: null);
        var (word, ports) = protocol.Tcp is not null ? ("TCP", protocol.Tcp) : protocol.Udp is not null ? ("UDP", protocol.Udp) : ("SCTP", protocol.Sctp!);
        var port = ports.DestinationPort!;
        return word == side.Packet.Protocol && (port.Number is { } number
            ? side.Packet.Port == number
            : side.Packet.Port >= port.Range!.Start && side.Packet.Port <= port.Range.End);
    }

    /// <summary>Two labels or more, with a wildcard before them or not.</summary>
    private static bool IsDomain(string text)
    {
        var labels = (text.EndsWith('.') ? text[..^1] : text).Split('.');
        var named = labels[0] == "*" ? labels[1..] : labels;
        return named.Length >= 2 && named.All(label => label.Length is > 0 and < 64 && label.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'));
    }

    private static bool IsValid(NamespacedPodSelector pods) => OracleSelectors.IsValid(pods.NamespaceSelector) && OracleSelectors.IsValid(pods.PodSelector);
}
