using Weft.Model.Nftables;

namespace Weft.Netlink.Nftables;

/// <summary>Where a batch may be cut when it is too large for one transaction.</summary>
/// <remarks>
/// Operations stand in an order in which every beginning is consistent in itself: what refers comes after what it refers to. Beyond
/// that, what belongs together stays together where it fits: a replaced element's deletion and its addition, a chain's rules.
/// </remarks>
internal static class NftPartition
{
    /// <summary>The index of the first message that does not belong into the part which begins with <paramref name="first"/>.</summary>
    internal static int EndOfPart(List<NftMessageOrigin> origins, int length, int first, int limit)
    {
        var end = first + 1;
        while (end < origins.Count && (end + 1 < origins.Count ? origins[end + 1].Offset : length) - origins[first].Offset <= limit)
            end++;
        if (end == origins.Count)
            return end;
        for (var cut = end; cut > first; cut--)
        {
            if (MayCutBefore(origins, cut))
                return cut;
        }

        return end;
    }

    private static bool MayCutBefore(List<NftMessageOrigin> origins, int index)
    {
        var (before, after) = (origins[index - 1].Operation, origins[index].Operation);
        return (before, after) switch
        {
            (NftDeleteElements, NftAddElements) => false,
            (NftFlushChain, NftAddRule) => false,
            (NftAddRule left, NftAddRule right) => left.Chain != right.Chain || left.Table != right.Table,
            (NftDeleteTable, _) => !ReferenceEquals(before, after) && after is not NftAddTable,
            _ => true,
        };
    }
}
