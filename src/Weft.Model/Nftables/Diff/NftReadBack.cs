namespace Weft.Model.Nftables;

/// <summary>What a driver found in the kernel.</summary>
/// <param name="Ruleset">The tables that were asked for, as far as they exist.</param>
/// <param name="Generation">The generation they were read at, the same before and after.</param>
public sealed record NftReadBack(NftRuleset Ruleset, uint Generation);
