namespace Weft.Model.Nftables;

/// <summary>What a verdict does; values are the kernel's (NF_* and enum nft_verdicts).</summary>
public enum NftVerdictKind
{
    /// <summary>Ends evaluation, the packet is dropped.</summary>
    Drop = 0,

    /// <summary>Ends this hook's evaluation, the packet goes on to the next base chain.</summary>
    Accept = 1,

    /// <summary>Goes on with the next rule.</summary>
    Continue = -1,

    /// <summary>Evaluates another chain, then comes back.</summary>
    Jump = -3,

    /// <summary>Evaluates another chain and does not come back here.</summary>
    Goto = -4,

    /// <summary>Goes back to the chain that jumped here.</summary>
    Return = -5,
}

/// <summary>A verdict: the end of a rule, or the data of a verdict map.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Chain">The target of a jump or goto, otherwise null.</param>
public readonly record struct NftVerdict(NftVerdictKind Kind, string? Chain = null)
{
    public static readonly NftVerdict Accept = new(NftVerdictKind.Accept);
    public static readonly NftVerdict Drop = new(NftVerdictKind.Drop);
    public static readonly NftVerdict Continue = new(NftVerdictKind.Continue);
    public static readonly NftVerdict Return = new(NftVerdictKind.Return);

    /// <summary>Evaluates <paramref name="chain"/>, then comes back.</summary>
    public static NftVerdict Jump(string chain) => new(NftVerdictKind.Jump, chain);

    /// <summary>Evaluates <paramref name="chain"/> instead of the rest.</summary>
    public static NftVerdict Goto(string chain) => new(NftVerdictKind.Goto, chain);

    /// <summary>nft's text.</summary>
    public override string ToString() => Kind switch
    {
        NftVerdictKind.Jump => $"jump {Chain}",
        NftVerdictKind.Goto => $"goto {Chain}",
        _ => Kind.ToString().ToLowerInvariant(),
    };
}
