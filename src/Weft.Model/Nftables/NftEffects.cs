namespace Weft.Model.Nftables;

/// <summary>Sets the packet mark or another packet fact.</summary>
public sealed record NftSetMeta(NftMeta Key, NftExpression Value) : NftStatement
{
    /// <inheritdoc/>
    public override EquatableArray<NftExpression> Reads => [Value];
}

/// <summary>Sets the connection mark.</summary>
public sealed record NftSetCt(NftCt Key, NftExpression Value) : NftStatement
{
    /// <inheritdoc/>
    public override EquatableArray<NftExpression> Reads => [Value];
}

/// <summary>Rewrites source or destination of the connection.</summary>
/// <param name="Kind">Source or destination.</param>
/// <param name="Family">Family of the new address: <see cref="NftFamily.Ip"/> or <see cref="NftFamily.Ip6"/>.</param>
/// <param name="To">The new address, or address and port as the data of a map; null to change the port only.</param>
/// <param name="Port">The new port when <paramref name="To"/> has none; null to keep it.</param>
/// <param name="Flags">How ports and addresses are picked.</param>
public sealed record NftNat(NftNatKind Kind, NftFamily Family, NftExpression? To, NftExpression? Port = null, NftNatFlags Flags = NftNatFlags.None) : NftStatement
{
    /// <inheritdoc/>
    public override EquatableArray<NftExpression> Reads => (To, Port) switch
    {
        (null, null) => [],
        (null, { } port) => [port],
        ({ } to, null) => [to],
        ({ } to, { } port) => [to, port],
    };

    /// <summary>The new address, or address and port as the data of a map; null to change the port only.</summary>
    /// <exception cref="ArgumentException">A concatenation that is written out: its parts belong into the two parameters.</exception>
    public NftExpression? To { get; init; } = To is NftConcat
        ? throw new ArgumentException("address and port are two parameters unless a map holds both", nameof(To))
        : To;

    /// <summary>Whether <see cref="To"/> carries the port behind the address.</summary>
    public bool ToCarriesPort => To is not null && To.Type.IsConcatenation;
}

/// <summary>Rewrites the source to the address of the interface that the packet leaves by.</summary>
/// <param name="Flags">How ports are picked.</param>
public sealed record NftMasquerade(NftNatFlags Flags = NftNatFlags.None) : NftStatement;

/// <summary>Rewrites the destination to this host.</summary>
/// <param name="Port">The new port; null to keep it.</param>
public sealed record NftRedirect(NftExpression? Port = null) : NftStatement
{
    /// <inheritdoc/>
    public override EquatableArray<NftExpression> Reads => Port is null ? [] : [Port];
}

/// <summary>Hands the packet to a transparent socket of this host without rewriting it.</summary>
/// <param name="Family">Family of the address.</param>
/// <param name="Address">Where the socket listens; null for any.</param>
/// <param name="Port">The port it listens on; null for the packet's.</param>
public sealed record NftTproxy(NftFamily Family, NftExpression? Address, NftExpression? Port) : NftStatement
{
    /// <inheritdoc/>
    public override EquatableArray<NftExpression> Reads => (Address, Port) switch
    {
        (null, null) => [],
        (null, { } port) => [port],
        ({ } to, null) => [to],
        ({ } to, { } port) => [to, port],
    };
}

/// <summary>Puts the packet's key into a dynamic set or takes it out: affinity, meters.</summary>
/// <param name="Operation">Add, update (refreshes the timeout; never replaces data) or delete.</param>
/// <param name="Set">A set with the flag <see cref="NftSetFlags.Dynamic"/>.</param>
/// <param name="Key">The key.</param>
/// <param name="Data">The data, for maps; the kernel asks for it on delete too.</param>
/// <param name="TimeoutMilliseconds">Lifetime of the element; null for the set's.</param>
public sealed record NftDynset(NftDynsetOperation Operation, string Set, NftExpression Key, NftExpression? Data = null, ulong? TimeoutMilliseconds = null)
    : NftStatement
{
    /// <inheritdoc/>
    public override EquatableArray<NftExpression> Reads => Data is null ? [Key] : [Key, Data];

    /// <inheritdoc/>
    public override string? NamedSet => Set;
}
