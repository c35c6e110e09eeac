namespace Weft.Model.Nftables;

/// <summary>One step of a rule. Steps run in order; a match that fails ends the rule.</summary>
public abstract record NftStatement
{
    /// <summary>The expressions it computes, in order.</summary>
    public virtual EquatableArray<NftExpression> Reads => [];

    /// <summary>The set or map it names, if any, beside those that its expressions name.</summary>
    public virtual string? NamedSet => null;
}

/// <summary>Goes on when <c>left op right</c> holds.</summary>
/// <remarks>Less and greater compare bytes as the kernel does: only for types in network order.</remarks>
public sealed record NftMatch(NftExpression Left, NftComparison Comparison, NftData Right) : NftStatement
{
    /// <inheritdoc/>
    public override EquatableArray<NftExpression> Reads => [Left];
}

/// <summary>Goes on when the value lies between two others, both included (or outside of them).</summary>
public sealed record NftRangeMatch(NftExpression Value, NftData From, NftData To, bool Negated = false) : NftStatement
{
    /// <inheritdoc/>
    public override EquatableArray<NftExpression> Reads => [Value];
}

/// <summary>Goes on when a set holds the value (or does not).</summary>
public sealed record NftSetMatch(NftExpression Key, string Set, bool Negated = false) : NftStatement
{
    /// <inheritdoc/>
    public override EquatableArray<NftExpression> Reads => [Key];

    /// <inheritdoc/>
    public override string? NamedSet => Set;
}

/// <summary>Acts on the verdict that a map holds under the key; goes on to the next rule where it has none.</summary>
public sealed record NftVerdictMap(NftExpression Key, string Map) : NftStatement
{
    /// <inheritdoc/>
    public override EquatableArray<NftExpression> Reads => [Key];

    /// <inheritdoc/>
    public override string? NamedSet => Map;
}

/// <summary>Acts on a verdict.</summary>
public sealed record NftVerdictStatement(NftVerdict Verdict) : NftStatement;

/// <summary>Counts packets and bytes. What was counted is no part of the rule's identity, so equality ignores it.</summary>
public sealed record NftCounter(NftCounts Counts = default) : NftStatement
{
    /// <inheritdoc/>
    public bool Equals(NftCounter? other) => other is not null;

    /// <inheritdoc/>
    public override int GetHashCode() => 1;
}

/// <summary>Goes on while packets come slower than a rate (or, with <paramref name="Over"/>, faster).</summary>
/// <param name="Rate">Packets per unit.</param>
/// <param name="UnitSeconds">1, 60, 3600, 86400 or 604800.</param>
/// <param name="Burst">Packets beyond the rate at once.</param>
/// <param name="Over">Turns the meaning round.</param>
public sealed record NftLimit(ulong Rate, ulong UnitSeconds, uint Burst = 5, bool Over = false) : NftStatement;

/// <summary>Logs the packet: to an NFLOG group, or to the kernel's log when there is none.</summary>
/// <param name="Prefix">Text before the packet, at most 127 bytes.</param>
/// <param name="Group">NFLOG group.</param>
/// <param name="SnapLength">Bytes of the packet to copy; 0 for all (NFLOG only).</param>
public sealed record NftLog(string? Prefix = null, ushort? Group = null, uint SnapLength = 0) : NftStatement;

/// <summary>Drops the packet and tells its sender.</summary>
/// <param name="With">Which kind of answer.</param>
/// <param name="Code">ICMP code, or for <see cref="NftRejectKind.Icmpx"/> the kernel's family-neutral code.</param>
public sealed record NftReject(NftRejectKind With, byte Code = 0) : NftStatement;

/// <summary>Leaves the connection of this packet untracked.</summary>
public sealed record NftNotrack : NftStatement;

/// <summary>Computes a value once for the rest of the rule; <see cref="NftVariable"/> reads it.</summary>
/// <param name="Slot">0, 1, …: in order of appearance in the rule.</param>
/// <param name="Value">What to compute.</param>
public sealed record NftLet(int Slot, NftExpression Value) : NftStatement
{
    /// <inheritdoc/>
    public override EquatableArray<NftExpression> Reads => [Value];
}

/// <summary>A step of somebody else's rule that this model does not know; read back, never written.</summary>
/// <param name="Name">The kernel's name of the expression.</param>
/// <param name="Content">Its attributes.</param>
public sealed record NftUnknown(string Name, NftBlob Content) : NftStatement;
