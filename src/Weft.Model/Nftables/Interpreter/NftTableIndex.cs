namespace Weft.Model.Nftables;

/// <summary>A table's sets, so that a key is found without walking them; made when a set is first asked.</summary>
internal sealed class NftTableIndex(NftTable table)
{
    private readonly Dictionary<string, (NftSet Set, Dictionary<NftData, NftElement> Single, List<NftElement> Ranges)> _sets = new(StringComparer.Ordinal);

    internal NftTable Table { get; } = table;

    /// <summary>A set, and its element that holds a key.</summary>
    /// <exception cref="ArgumentException">The table has no such set.</exception>
    internal (NftSet Set, NftElement? Element) Find(string name, NftData key)
    {
        if (!_sets.TryGetValue(name, out var found))
            _sets[name] = found = Open(Table.FindSet(name) ?? throw new ArgumentException($"the table {Table.Id} has no set '{name}'"));
        return (found.Set, found.Single.GetValueOrDefault(key) ?? found.Ranges.Find(range => NftRanges.Contains(found.Set.KeyType, range.Key, range.KeyEnd!.Value, key)));
    }

    private static (NftSet, Dictionary<NftData, NftElement>, List<NftElement>) Open(NftSet set)
    {
        var single = new Dictionary<NftData, NftElement>(set.Elements.Count);
        var ranges = new List<NftElement>();
        foreach (var element in set.Elements)
        {
            if (element.KeyEnd is null)
                single[element.Key] = element;
            else
                ranges.Add(element);
        }

        return (set, single, ranges);
    }
}
