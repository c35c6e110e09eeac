namespace Weft.Model.Nftables;

/// <summary>A value computed from the packet: what rules compare, look up, and put into sets, marks and addresses.</summary>
public abstract record NftExpression
{
    /// <summary>The type of the value.</summary>
    public abstract NftType Type { get; }

    /// <summary>The expressions this one is made of.</summary>
    public virtual EquatableArray<NftExpression> Parts => [];
}

/// <summary>A constant.</summary>
public sealed record NftConstant(NftData Value, NftType OfType) : NftExpression
{
    /// <inheritdoc/>
    public override NftType Type => OfType;
}

/// <summary>A fact about the packet that is in no header: interface, mark, protocol.</summary>
public sealed record NftMetaValue(NftMeta Key) : NftExpression
{
    /// <inheritdoc/>
    public override NftType Type => NftMetaTable.TypeOf(Key);
}

/// <summary>A field of a header.</summary>
public sealed record NftPayload(NftField Field) : NftExpression
{
    /// <inheritdoc/>
    public override NftType Type => NftFieldTable.Get(Field).Type;
}

/// <summary>What connection tracking knows of the packet's connection.</summary>
/// <param name="Key">Which fact.</param>
/// <param name="Direction">For facts that both directions have; null for the others.</param>
public sealed record NftCtValue(NftCt Key, NftCtDirection? Direction = null) : NftExpression
{
    /// <inheritdoc/>
    public override NftType Type => NftCtTable.TypeOf(Key);
}

/// <summary>A look into the routing tables.</summary>
public sealed record NftFib(NftFibResult Result, NftFibInputs Inputs) : NftExpression
{
    /// <inheritdoc/>
    public override NftType Type => Inputs.HasFlag(NftFibInputs.Present) ? NftType.Boolean : Result switch
    {
        NftFibResult.AddressType => NftType.AddressType,
        NftFibResult.InterfaceName => NftType.InterfaceName,
        _ => NftType.InterfaceIndex,
    };
}

/// <summary>A number from 0 to <paramref name="Modulus"/> - 1, plus <paramref name="Offset"/>; 4 bytes in the machine's order, as a mark.</summary>
public sealed record NftNumgen(NftNumgenMode Mode, uint Modulus, uint Offset = 0) : NftExpression
{
    /// <inheritdoc/>
    public override NftType Type => NftType.Mark;
}

/// <summary>Several values one behind the other: the key of a set with a concatenated type.</summary>
public sealed record NftConcat(EquatableArray<NftExpression> Items) : NftExpression
{
    /// <inheritdoc/>
    public override NftType Type
    {
        get
        {
            Span<NftType> types = new NftType[Items.Count];
            for (var i = 0; i < types.Length; i++)
                types[i] = Items[i].Type;
            return NftType.Concat(types);
        }
    }

    /// <inheritdoc/>
    public override EquatableArray<NftExpression> Parts => Items;
}

/// <summary><c>(source &amp; mask) ^ xor</c>: prefixes, bits of a mark, conntrack states.</summary>
public sealed record NftBitwise(NftExpression Source, NftData Mask, NftData Xor) : NftExpression
{
    /// <inheritdoc/>
    public override NftType Type => Source.Type;

    /// <inheritdoc/>
    public override EquatableArray<NftExpression> Parts => [Source];
}

/// <summary>The data that a map holds under a key; the rule ends without a match where the map has none.</summary>
/// <param name="Key">The key.</param>
/// <param name="Map">Name of a map in the same table.</param>
/// <param name="DataType">The map's data type.</param>
public sealed record NftMapValue(NftExpression Key, string Map, NftType DataType) : NftExpression
{
    /// <inheritdoc/>
    public override NftType Type => DataType;

    /// <inheritdoc/>
    public override EquatableArray<NftExpression> Parts => [Key];
}

/// <summary>A value that an earlier <see cref="NftLet"/> of the same rule computed: chosen once, used several times.</summary>
/// <remarks>nft's grammar cannot say this, nfnetlink can; the printer shows it as <c>$0</c>.</remarks>
public sealed record NftVariable(int Slot, NftType OfType) : NftExpression
{
    /// <inheritdoc/>
    public override NftType Type => OfType;
}
