namespace Weft.Model.Nftables;

/// <summary>Tables, ordered by family and name whatever order they are given in.</summary>
public sealed record NftRuleset
{
    /// <summary>No tables.</summary>
    public static readonly NftRuleset Empty = new();

    /// <summary>The tables.</summary>
    public EquatableArray<NftTable> Tables
    {
        get;
        init => field = NftTable.Ordered(value, Compare);
    }

    /// <summary>The table of that family and name.</summary>
    public NftTable? Find(NftTableId id)
    {
        foreach (var table in Tables)
        {
            if (table.Id == id)
                return table;
        }

        return null;
    }

    private static int Compare(NftTable left, NftTable right)
    {
        var order = left.Family.CompareTo(right.Family);
        return order != 0 ? order : string.CompareOrdinal(left.Name, right.Name);
    }
}
