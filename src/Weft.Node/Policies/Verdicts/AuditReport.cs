using System.Text.Json.Serialization;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Node.Policies.Verdicts;

/// <summary>What policies under audit would have denied on a node since its agent started.</summary>
/// <param name="Node">The node.</param>
/// <param name="Policies">Policies under audit, whether or not they select a pod here.</param>
/// <param name="Connections">What was logged of them, the latest in front.</param>
public sealed record AuditReport(string Node, EquatableArray<AuditedPolicyReport> Policies, EquatableArray<AuditedConnection> Connections);

/// <summary>A policy under audit.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="By"><c>policy</c> or <c>namespace</c>: which object has the annotation.</param>
/// <param name="Pods">How many pods it selects; here on the node that reports, in sums on all of them.</param>
/// <param name="Packets">How many first packets of connections it would have denied, as the kernel counted them.</param>
public sealed record AuditedPolicyReport(PolicyIdentity Policy, string By, int Pods, long Packets);

/// <summary>A kind of connection that would have been denied.</summary>
public sealed record AuditedConnection
{
    /// <summary>Whether the pod opened it or was to accept it.</summary>
    [JsonConverter(typeof(CamelCaseEnum<PolicyDirection>))]
    public required PolicyDirection Direction { get; init; }

    /// <summary>The pod, as in <see cref="NamedVerdict.Pod"/>.</summary>
    public required string Pod { get; init; }

    /// <summary>What the other end is.</summary>
    public required PeerKind PeerKind { get; init; }

    /// <summary>The other end, as in <see cref="NamedVerdict.Peer"/>.</summary>
    public required string Peer { get; init; }

    /// <summary>As in <see cref="NamedVerdict.Protocol"/>.</summary>
    public required string Protocol { get; init; }

    /// <summary>The destination port; null for protocols without ports.</summary>
    public int? Port { get; init; }

    /// <summary>The policy of the rule, or all that isolate the pod.</summary>
    public EquatableArray<PolicyIdentity> Policies { get; init; }

    /// <summary>The rule; null for a default deny.</summary>
    public string? Rule { get; init; }

    /// <summary>Why, in words.</summary>
    public required string Reason { get; init; }

    /// <summary>How many packets were logged; at least so many there were.</summary>
    public required long Packets { get; init; }

    /// <summary>When it was seen first.</summary>
    public required DateTimeOffset First { get; init; }

    /// <summary>When it was seen last.</summary>
    public required DateTimeOffset Last { get; init; }

    /// <summary>The first of its kind.</summary>
    public static AuditedConnection Of(NamedVerdict verdict) => new()
    {
        Direction = verdict.Direction,
        Pod = verdict.Pod,
        PeerKind = verdict.PeerKind,
        Peer = verdict.Peer,
        Protocol = verdict.Protocol,
        Port = verdict.Port,
        Policies = verdict.Policies,
        Rule = verdict.Rule,
        Reason = verdict.Reason,
        Packets = 1,
        First = verdict.Time,
        Last = verdict.Time,
    };

    /// <summary>With one more.</summary>
    internal AuditedConnection With(NamedVerdict verdict) => this with { Packets = Packets + 1, Last = verdict.Time };
}
