namespace Weft.Model.Policies;

/// <summary>How the kernel tells of packets that policies deny: to which NFLOG group, and under which prefix.</summary>
/// <remarks>Prefixes say which end denied; who that is, and by which rule, <see cref="PolicyJudge"/> tells from the packet's addresses.</remarks>
public static class PolicyLogging
{
    /// <summary>The NFLOG group ("WE" as a number); nobody needs to listen.</summary>
    public const ushort Group = 0x5745;

    /// <summary>Bytes of a packet that are handed over: the headers, extension headers among them.</summary>
    public const uint SnapLength = 128;

    /// <summary>The prefix of what one end denied, or would deny if policies under audit were enforced.</summary>
    public static string Prefix(PolicyDirection direction, bool audited) => (direction, audited) switch
    {
        (PolicyDirection.Egress, false) => "weft-egress",
        (PolicyDirection.Egress, true) => "weft-audit-egress",
        (_, false) => "weft-ingress",
        _ => "weft-audit-ingress",
    };

    /// <summary>What a prefix says; null for one that is none of ours.</summary>
    public static (PolicyDirection Direction, bool Audited)? Read(string prefix) => prefix switch
    {
        "weft-egress" => (PolicyDirection.Egress, false),
        "weft-audit-egress" => (PolicyDirection.Egress, true),
        "weft-ingress" => (PolicyDirection.Ingress, false),
        "weft-audit-ingress" => (PolicyDirection.Ingress, true),
        _ => null,
    };
}
