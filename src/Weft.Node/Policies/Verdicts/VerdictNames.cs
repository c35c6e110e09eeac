using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Policies;
using Weft.Model.Services;
using Weft.Netlink.PacketLog;

namespace Weft.Node.Policies.Verdicts;

/// <summary>Gives names to packets that the kernel tells of, by what it enforces at that time. Immutable.</summary>
/// <param name="node">Name of this node.</param>
/// <param name="judge">What the kernel enforces.</param>
/// <param name="before">What it enforced before that: a packet may be older than the change; null when nothing was known.</param>
/// <param name="cluster">Whose pods and nodes.</param>
internal sealed class VerdictNames(string node, PolicyJudge judge, PolicyJudge? before, ClusterSnapshot cluster)
{
    // As in the chains that judge answers: Linux's clients begin there.
    private const ushort FirstOfClients = 32_768;
    private const byte Icmp = 1, IcmpV6 = 58;

    private readonly Lazy<PeerNames> _peers = new(() => new PeerNames(cluster));

    /// <summary>What the kernel enforces.</summary>
    public PolicyJudge Judge => judge;

    /// <summary>What it enforced before.</summary>
    public PolicyJudge? Before => before;

    /// <summary>Names a packet; null for one that is not ours, or of which too little was kept.</summary>
    public NamedVerdict? NameOf(LoggedPacket packet, DateTimeOffset time)
    {
        if (packet.Header is not { } header || PolicyLogging.Read(packet.Prefix) is not var (direction, audited))
            return null;
        var connection = ConnectionOf(header);
        var side = Denier(judge, header, direction, audited, ref connection) ?? (before is null ? null : Denier(before, header, direction, audited, ref connection));
        var (own, other) = direction == PolicyDirection.Egress ? (connection.Source, connection.Destination) : (connection.Destination, connection.Source);
        var (kind, peer) = _peers.Value.Of(other, side?.Peer ?? judge.IdentityOf(other));
        return new NamedVerdict
        {
            Time = time,
            Node = node,
            Action = audited ? VerdictAction.Audit : VerdictAction.Deny,
            Direction = direction,
            Pod = side is { Pod: var pod } ? $"{pod.Namespace}/{pod.Name}" : _peers.Value.PodAt(own) ?? own.ToString(),
            PodAddress = own.ToString(),
            PeerKind = kind,
            Peer = peer,
            PeerAddress = other.ToString(),
            Protocol = ProtocolName(connection.Protocol),
            Port = connection.Port,
            Tier = side?.Class.TierOf(side.Decision),
            Policies = side is null ? [] : PoliciesOf(side),
            Rule = side?.Decision.Rule?.RuleText,
            Reason = side?.Reason ?? "policies that have changed since",
        };
    }

    /// <summary>The end that denies the packet in the given direction, taken for what the kernel took it for.</summary>
    private static PolicySide? Denier(PolicyJudge judge, PacketHeader header, PolicyDirection direction, bool audited, ref Connection connection)
    {
        var direct = ConnectionOf(header);
        var isAnswer = header is { IsAmidTcp: true, SourcePort: < FirstOfClients, DestinationPort: >= FirstOfClients };
        if (!isAnswer && DenialOf(judge.Judge(direct), direction, audited) is { } denier)
            return denier;
        var answered = new Connection(header.Destination, header.Source, header.Protocol, header.SourcePort);
        if (!header.IsAmidTcp || DenialOf(judge.Judge(answered), direction, audited) is not { } answering)
            return null;
        connection = answered;
        return answering;
    }

    private static PolicySide? DenialOf(PolicyVerdict verdict, PolicyDirection direction, bool audited) => (direction, audited) switch
    {
        (PolicyDirection.Egress, false) => Denying(verdict.Egress),
        (PolicyDirection.Egress, true) => Denying(verdict.AuditedEgress),
        (_, false) => Denying(verdict.Ingress),
        _ => Denying(verdict.AuditedIngress),
    };

    private static PolicySide? Denying(PolicySide? side) => side is { Decision.IsAccepted: false } ? side : null;

    private static Connection ConnectionOf(PacketHeader header) =>
        new(header.Source, header.Destination, header.Protocol, Enum.IsDefined((L4Protocol)header.Protocol) ? header.DestinationPort : null);

    private static EquatableArray<PolicyIdentity> PoliciesOf(PolicySide side) =>
        side.Decision.Rule is { } rule ? [PolicyIdentity.Of(rule)] : [.. side.Class.IsolatedBy.Select(PolicyIdentity.Of)];

    private static string ProtocolName(byte protocol) => protocol switch
    {
        (byte)L4Protocol.Tcp => "TCP",
        (byte)L4Protocol.Udp => "UDP",
        (byte)L4Protocol.Sctp => "SCTP",
        Icmp => "ICMP",
        IcmpV6 => "ICMPv6",
        _ => protocol.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}
