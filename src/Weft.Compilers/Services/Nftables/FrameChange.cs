using Weft.Model.Nftables;

namespace Weft.Compilers.Services.Nftables;

/// <summary>Puts changes of elements between those of the frame, so that every part of a batch that had to be split is consistent in itself.</summary>
internal static class FrameChange
{
    /// <summary>What frontends refer to comes before them and goes after them. Rules of a new table come last: until then it does nothing.</summary>
    public static IEnumerable<NftOperation> Around(NftTable? before, NftTable after, IEnumerable<NftOperation> elements)
    {
        if (ReferenceEquals(before, after))
            return elements;
        var frame = NftDiff.Between(Of(before), Of(after)).Operations;
        return
        [
            .. frame.Where(operation => !IsLate(operation, before, after)),
            .. elements,
            .. frame.Where(operation => IsLate(operation, before, after)),
        ];
    }

    private static bool IsLate(NftOperation operation, NftTable? before, NftTable after) => operation switch
    {
        NftAddRule => before is null,
        NftDeleteElements delete => delete.Set.Name == ServiceSets.Classes,
        NftFlushChain flush => after.FindChain(flush.Name) is null,
        NftDeleteChain or NftDeleteSet => true,
        _ => false,
    };

    private static NftRuleset Of(NftTable? table) => table is null ? NftRuleset.Empty : new NftRuleset { Tables = [table] };
}
