namespace Weft.Model.Nftables;

/// <summary>The elements to delete and to add: one pass over two ordered lists.</summary>
internal static class NftElementDiff
{
    internal static void Between(NftTableId table, EquatableArray<NftElement> current, NftSet desired, List<NftOperation> operations)
    {
        if (current.Count == 0)
        {
            if (desired.Elements.Count > 0)
                operations.Add(new NftAddElements(table, desired, desired.Elements));
            return;
        }

        List<NftElement> gone = [], come = [];
        Walk(current.AsSpan(), desired.Elements.AsSpan(), gone, come);
        if (gone.Count > 0)
            operations.Add(new NftDeleteElements(table, desired, [.. gone]));
        if (come.Count > 0)
            operations.Add(new NftAddElements(table, desired, [.. come]));
    }

    private static void Walk(ReadOnlySpan<NftElement> current, ReadOnlySpan<NftElement> desired, List<NftElement> gone, List<NftElement> come)
    {
        int i = 0, j = 0;
        while (i < current.Length && j < desired.Length)
        {
            if (ReferenceEquals(current[i], desired[j]))
            {
                i++;
                j++;
                continue;
            }

            var order = NftElement.CompareKeys(current[i], desired[j]);
            if (order == 0 && current[i].Equals(desired[j]))
            {
                i++;
                j++;
                continue;
            }

            if (order <= 0)
                gone.Add(current[i++]);
            if (order >= 0)
                come.Add(desired[j++]);
        }

        gone.AddRange(current[i..]);
        come.AddRange(desired[j..]);
    }
}
