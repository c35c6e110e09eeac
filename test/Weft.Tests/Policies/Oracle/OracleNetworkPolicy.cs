using Weft.Kubernetes;

namespace Weft.Tests.Policies.Oracle;

/// <summary>The oracle's reading of one NetworkPolicy.</summary>
internal sealed class OracleNetworkPolicy(NetworkPolicy policy, OraclePods pods)
{
    private readonly LabelSelector _selector = policy.Spec.PodSelector ?? new LabelSelector();

    public bool Selects(Pod pod) => OracleSelectors.Matches(_selector, pod.Metadata.Labels);

    /// <summary>The field's defaults: Ingress always, Egress when there are egress rules. A word that is no type may mean either.</summary>
    public bool Affects(string direction)
    {
        var types = policy.Spec.PolicyTypes;
        if (!types.Any())
            return direction == "ingress" || policy.Spec.Egress.Any();
        return types.Any(type => type != "Ingress" && type != "Egress") || types.Contains(direction == "ingress" ? "Ingress" : "Egress");
    }

    /// <summary>The first rule that accepts; none does when it is not clear whom the policy selects.</summary>
    public int? AcceptingRule(OracleSide side)
    {
        if (!OracleSelectors.IsValid(_selector))
            return null;
        var rules = side.Direction == "ingress"
            ? policy.Spec.Ingress.Select(rule => (Peers: rule.From, rule.Ports)).ToList()
            : policy.Spec.Egress.Select(rule => (Peers: rule.To, rule.Ports)).ToList();
        for (var i = 0; i < rules.Count; i++)
        {
            var (peers, ports) = rules[i];
            if ((!peers.Any() || peers.Any(peer => Matches(peer, side))) && (!ports.Any() || ports.Any(port => Matches(port, side))))
                return i;
        }

        return null;
    }

    private bool Matches(NetworkPolicyPeer peer, OracleSide side)
    {
        if (peer.IpBlock is { } block)
        {
            return peer.PodSelector is null && peer.NamespaceSelector is null
                && OracleAddresses.Contains(block.Cidr, side.Peer) is true
                && block.Except.All(except => OracleAddresses.IsPartOf(except, block.Cidr) && OracleAddresses.Contains(except, side.Peer) is false);
        }

        if (peer.PodSelector is null && peer.NamespaceSelector is null)
            return false;
        var labels = peer.PodSelector ?? new LabelSelector();
        if (!OracleSelectors.IsValid(labels) || (peer.NamespaceSelector is { } valid && !OracleSelectors.IsValid(valid)))
            return false;
        return peer.NamespaceSelector is { } namespaces
            ? side.PeerIs(name => OracleSelectors.Matches(namespaces, pods.LabelsOf(name)), labels)
            : side.PeerIs(name => name == policy.Metadata.Namespace, labels);
    }

    private static bool Matches(NetworkPolicyPort port, OracleSide side)
    {
        var protocol = string.IsNullOrEmpty(port.Protocol) ? "TCP" : port.Protocol;
        if (protocol is not ("TCP" or "UDP" or "SCTP") || protocol != side.Packet.Protocol)
            return false;
        if (port.Port is not { } asked)
            return port.EndPort is null;
        if (asked.Text is { } name)
            return port.EndPort is null && side.GoesToNamed(name, protocol);
        var last = port.EndPort ?? asked.Number;
        return asked.Number is >= 1 and <= 65535 && last <= 65535 && last >= asked.Number && side.Packet.Port >= asked.Number && side.Packet.Port <= last;
    }
}
