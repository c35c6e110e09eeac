namespace Weft.Model.Nftables;

/// <summary>A rule: steps that run in order until one does not match or a verdict ends the evaluation.</summary>
/// <param name="Statements">The steps.</param>
/// <param name="Comment">Shown by <c>nft list</c>; at most 127 bytes.</param>
public sealed record NftRule(EquatableArray<NftStatement> Statements, string? Comment = null)
{
    /// <summary>Longest comment the kernel's user data can hold beside its length byte, as nft limits it.</summary>
    public const int MaxCommentLength = 127;
}
