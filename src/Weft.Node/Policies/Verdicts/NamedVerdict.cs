using System.Text.Json.Serialization;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Node.Policies.Verdicts;

/// <summary>A packet that policies of a node denied, or would deny if those under audit were enforced, with names. A line of <c>weft policy log -o json</c>.</summary>
public sealed record NamedVerdict
{
    /// <summary>When the agent heard of it, up to 50 ms after it was decided.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The node that decided.</summary>
    public required string Node { get; init; }

    /// <summary>Whether it was denied, or would have been.</summary>
    public required VerdictAction Action { get; init; }

    /// <summary>Whether the pod opened the connection or was to accept it.</summary>
    [JsonConverter(typeof(CamelCaseEnum<PolicyDirection>))]
    public required PolicyDirection Direction { get; init; }

    /// <summary>The pod whose policies decided, <c>namespace/name</c>; its address where nobody has it any more.</summary>
    public required string Pod { get; init; }

    /// <summary>The pod's address.</summary>
    public required string PodAddress { get; init; }

    /// <summary>What the other end is.</summary>
    public required PeerKind PeerKind { get; init; }

    /// <summary>The other end: <c>namespace/name</c> of a pod, name of a node, the blocks of policies in which it lies, or its address.</summary>
    public required string Peer { get; init; }

    /// <summary>The other end's address.</summary>
    public required string PeerAddress { get; init; }

    /// <summary><c>TCP</c>, <c>UDP</c>, <c>SCTP</c>, <c>ICMP</c>, <c>ICMPv6</c>, or the protocol's IANA number.</summary>
    public required string Protocol { get; init; }

    /// <summary>The destination port; null for protocols without ports.</summary>
    public int? Port { get; init; }

    /// <summary>In which tier it was decided; null when that is not known.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<PolicyTier>))]
    public PolicyTier? Tier { get; init; }

    /// <summary>The policy of the rule; for a default deny all that isolate the pod. Empty when policies changed between the packet and its naming.</summary>
    public EquatableArray<PolicyIdentity> Policies { get; init; }

    /// <summary>The rule, <c>ingress[0]</c>; null for a default deny.</summary>
    public string? Rule { get; init; }

    /// <summary>All of that in words: <c>default deny of NetworkPolicy default/db</c>.</summary>
    public required string Reason { get; init; }
}

/// <summary>What became of a packet.</summary>
[JsonConverter(typeof(CamelCaseEnum<VerdictAction>))]
public enum VerdictAction : byte
{
    /// <summary>It was dropped.</summary>
    Deny,

    /// <summary>It passed; policies under audit would have dropped it.</summary>
    Audit,
}

/// <summary>What the other end of a connection is.</summary>
[JsonConverter(typeof(CamelCaseEnum<PeerKind>))]
public enum PeerKind : byte
{
    /// <summary>A pod of the cluster.</summary>
    Pod,

    /// <summary>A node of the cluster, or a pod that shares a node's network.</summary>
    Node,

    /// <summary>In blocks that rules name.</summary>
    Block,

    /// <summary>None of these.</summary>
    Outside,
}

/// <summary>Names of an enum as JSON writes them: <c>deny</c>.</summary>
public sealed class CamelCaseEnum<T>() : JsonStringEnumConverter<T>(System.Text.Json.JsonNamingPolicy.CamelCase)
    where T : struct, Enum;
