using Weft.Kubernetes;

namespace Weft.Tests.Policies.Oracle;

/// <summary>
/// Decides packets by a literal reading of the API's texts over the API's objects, one after the other; slow, and without a line of the compiler's.
/// </summary>
/// <param name="cluster">The cluster.</param>
/// <param name="withAudited">Whether policies under audit count.</param>
/// <param name="withPast">Whether addresses of names count that hold no more, as for connections that stand.</param>
public sealed class PolicyOracle(OracleCluster cluster, bool withAudited = false, bool withPast = false)
{
    private readonly OraclePods _pods = new(cluster, withPast);

    /// <summary>What the pod that opens a connection may.</summary>
    public OracleAnswer Egress(OraclePacket packet)
    {
        if (packet.Source == packet.Destination || _pods.Owner(packet.Source) is not { } self)
            return OracleAnswer.Open;
        return Tiers(self, new OracleSide("egress", packet, packet.Destination, _pods.At(packet.Destination), _pods));
    }

    /// <summary>What the pod that is to accept it accepts. Its own node always reaches it, and so does it itself.</summary>
    public OracleAnswer Ingress(OraclePacket packet)
    {
        if (packet.Source == packet.Destination || _pods.Owner(packet.Destination) is not { } self || _pods.IsOwnNode(self, packet.Source))
            return OracleAnswer.Open;
        return Tiers(self, new OracleSide("ingress", packet, packet.Source, self, _pods));
    }

    /// <summary>Admin, then NetworkPolicy, then Baseline; what none decides is let through.</summary>
    private OracleAnswer Tiers(Pod self, OracleSide side) =>
        ClusterTier("Admin", self, side) ?? Namespaced(self, side) ?? ClusterTier("Baseline", self, side) ?? OracleAnswer.Open;

    private OracleAnswer? ClusterTier(string tier, Pod self, OracleSide side)
    {
        var policies = cluster.ClusterNetworkPolicies
            .Where(policy => withAudited || !OraclePods.Asks(policy.Metadata))
            .Where(policy => policy.Spec.Tier == tier || (tier == "Admin" && policy.Spec.Tier != "Baseline"))
            .OrderBy(policy => policy.Spec.Priority).ThenBy(policy => policy.Metadata.Name, StringComparer.Ordinal);
        foreach (var policy in policies)
        {
            var reading = new OracleClusterPolicy(policy, _pods);
            if (!reading.Selects(self))
                continue;
            var rules = side.Direction == "ingress" ? policy.Spec.Ingress : policy.Spec.Egress;
            for (var i = 0; i < rules.Count; i++)
            {
                if (reading.Decide(rules[i], side) is not { } action)
                    continue;
                var title = string.IsNullOrEmpty(rules[i].Name) ? "" : $" ({rules[i].Name})";
                return action == "Pass" ? null : new OracleAnswer(action == "Accept", $"ClusterNetworkPolicy {policy.Metadata.Name} {side.Direction}[{i}]{title}");
            }
        }

        return null;
    }

    /// <summary>Once one policy isolates the pod, only what one of them accepts is accepted.</summary>
    private OracleAnswer? Namespaced(Pod self, OracleSide side)
    {
        var isolated = false;
        var policies = cluster.NetworkPolicies
            .Where(policy => policy.Metadata.Namespace == self.Metadata.Namespace)
            .Where(policy => withAudited || !(OraclePods.Asks(policy.Metadata) || _pods.IsAudited(policy.Metadata.Namespace)))
            .OrderBy(policy => policy.Metadata.Name, StringComparer.Ordinal);
        foreach (var policy in policies)
        {
            var reading = new OracleNetworkPolicy(policy, _pods);
            if (!reading.Selects(self) || !reading.Affects(side.Direction))
                continue;
            isolated = true;
            if (reading.AcceptingRule(side) is { } index)
                return new OracleAnswer(true, $"NetworkPolicy {policy.Metadata.Namespace}/{policy.Metadata.Name} {side.Direction}[{index}]");
        }

        return isolated ? new OracleAnswer(false, null) : null;
    }
}

/// <summary>A packet from the side of one pod.</summary>
/// <param name="Direction"><c>ingress</c> or <c>egress</c>.</param>
/// <param name="Packet">The packet.</param>
/// <param name="Peer">Address of the other end.</param>
/// <param name="Acceptor">The pod that is to accept it, whose names for ports count; null for none.</param>
/// <param name="Pods">Who has which address.</param>
internal sealed record OracleSide(string Direction, OraclePacket Packet, string Peer, Pod? Acceptor, OraclePods Pods)
{
    /// <summary>Whether the other end is a pod of such a namespace with such labels.</summary>
    public bool PeerIs(Func<string, bool> @namespace, LabelSelector labels) =>
        Pods.At(Peer) is { } pod && @namespace(pod.Metadata.Namespace!) && OracleSelectors.Matches(labels, pod.Metadata.Labels);

    /// <summary>Whether the packet goes to what its acceptor calls so; any protocol unless one is given.</summary>
    public bool GoesToNamed(string name, string? protocol) => Acceptor is not null && OraclePods.Ports(Acceptor).Any(port =>
        port.Name == name && port.Number == Packet.Port && port.Protocol == Packet.Protocol && (protocol is null || protocol == port.Protocol));
}
