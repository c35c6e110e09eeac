namespace Weft.Model.Policies;

/// <summary>Decides connections by a table, as the kernel of its node does; for whatever has to name the rule behind a packet.</summary>
/// <remarks>
/// Safe for concurrent use. A decision costs two searches in the table and a look at the rules of the classes of both ends; to make one costs nothing,
/// whatever the table's size.
/// </remarks>
/// <param name="table">The table.</param>
public sealed class PolicyJudge(PolicyTable table)
{
    private readonly PeerDirectory _peers = new(table.Peers);
    private readonly HashSet<IpAddress> _nodeAddresses = [.. table.NodeAddresses];

    /// <summary>A judge of connections that stand: addresses are who they were when names led to them.</summary>
    public static PolicyJudge OfStanding(PolicyTable table)
    {
        if (table.PastPeers.Count == 0)
            return new PolicyJudge(table);
        var past = table.PastPeers.Select(peer => peer.Range).ToHashSet();
        return new PolicyJudge(table with { Peers = [.. table.Peers.Where(peer => !past.Contains(peer.Range)).Concat(table.PastPeers).OrderBy(peer => peer.Range)] });
    }

    /// <summary>Decides the first packet of a connection.</summary>
    public PolicyVerdict Judge(Connection connection)
    {
        if (connection.Source == connection.Destination)
            return default;
        var fromNode = _nodeAddresses.Contains(connection.Source);
        return new PolicyVerdict(
            Side(connection, PolicyDirection.Egress, audited: false),
            fromNode ? null : Side(connection, PolicyDirection.Ingress, audited: false),
            Side(connection, PolicyDirection.Egress, audited: true),
            fromNode ? null : Side(connection, PolicyDirection.Ingress, audited: true));
    }

    /// <summary>Who an address is to the rules; null for one that none names.</summary>
    public PeerIdentity? IdentityOf(IpAddress address) => _peers.Find(address);

    /// <summary>The rules of a pod of this node; null where no policy selects it.</summary>
    public PolicyClass? ClassOf(IpAddress pod, PolicyDirection direction) => PodAt(pod)?.ClassOf(direction);

    private PolicedPod? PodAt(IpAddress address) => SortedSearch.Find(table.Pods.AsSpan(), address, static pod => pod.Address);

    private PolicySide? Side(Connection connection, PolicyDirection direction, bool audited)
    {
        var (own, other) = direction == PolicyDirection.Egress
            ? (connection.Source, connection.Destination)
            : (connection.Destination, connection.Source);
        if (PodAt(own) is not { } pod || pod.ClassOf(direction, audited) is not { } @class)
            return null;
        var peer = _peers.Find(other);
        return new PolicySide(pod, @class, peer, @class.Decide(peer, connection.Protocol, connection.Port));
    }
}

/// <summary>A new connection as policies see it: after destination NAT, before source NAT.</summary>
/// <param name="Source">Who opens it.</param>
/// <param name="Destination">Who is to accept it.</param>
/// <param name="Protocol">IANA protocol number.</param>
/// <param name="Port">Destination port; null for protocols that have none.</param>
public readonly record struct Connection(IpAddress Source, IpAddress Destination, byte Protocol, ushort? Port);

/// <summary>What both ends of a connection say of it, as far as they are pods of the node that policies select; null where they are not.</summary>
/// <param name="Egress">The end that opens it.</param>
/// <param name="Ingress">The end that is to accept it.</param>
/// <param name="AuditedEgress">The same if policies under audit were enforced; null when none is.</param>
/// <param name="AuditedIngress">Likewise.</param>
public readonly record struct PolicyVerdict(PolicySide? Egress, PolicySide? Ingress, PolicySide? AuditedEgress, PolicySide? AuditedIngress)
{
    /// <summary>Whether it passes.</summary>
    public bool IsAccepted => Denier is null;

    /// <summary>The end that denies it, in the order in which the kernel asks; null when it passes.</summary>
    public PolicySide? Denier => Denies(Egress) ? Egress : Denies(Ingress) ? Ingress : null;

    /// <summary>The end that would deny it under audit, for a connection that passes; null when none would.</summary>
    public PolicySide? AuditedDenier => !IsAccepted ? null : Denies(AuditedEgress) ? AuditedEgress : Denies(AuditedIngress) ? AuditedIngress : null;

    private static bool Denies(PolicySide? side) => side is { Decision.IsAccepted: false };
}

/// <summary>What one end says.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Class">Its rules of that direction.</param>
/// <param name="Peer">Who the other end is to them; null for nobody that they name.</param>
/// <param name="Decision">What they decide.</param>
public sealed record PolicySide(PolicedPod Pod, PolicyClass Class, PeerIdentity? Peer, PolicyDecision Decision)
{
    /// <summary>The rule that decided, or the policies by which the pod is isolated; <c>no policy</c> when nobody said anything.</summary>
    public string Reason => (Decision.Rule, Decision.IsAccepted) switch
    {
        ({ } rule, _) => rule.ToString(),
        (null, false) => $"default deny of {string.Join(", ", (IEnumerable<PolicyRuleName>)Class.IsolatedBy)}",
        _ => "no policy",
    };
}
