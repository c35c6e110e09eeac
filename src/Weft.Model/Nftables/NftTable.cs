using System.Collections.Immutable;

namespace Weft.Model.Nftables;

/// <summary>A table: the unit that owns sets and chains, and within which the kernel validates jumps.</summary>
/// <param name="Family">Which packets it sees.</param>
/// <param name="Name">Unique in the family, at most 127 bytes.</param>
public sealed record NftTable(NftFamily Family, string Name)
{
    /// <summary>Shown by <c>nft list</c> (kept since Linux 5.10).</summary>
    public string? Comment { get; init; }

    /// <summary>Sets and maps, ordered by name whatever order they are given in.</summary>
    public EquatableArray<NftSet> Sets
    {
        get;
        init => field = Ordered(value, static (left, right) => string.CompareOrdinal(left.Name, right.Name));
    }

    /// <summary>Chains, ordered by name whatever order they are given in.</summary>
    public EquatableArray<NftChain> Chains
    {
        get;
        init => field = Ordered(value, static (left, right) => string.CompareOrdinal(left.Name, right.Name));
    }

    /// <summary>Family and name: what a table is addressed by.</summary>
    public NftTableId Id => new(Family, Name);

    /// <summary>The set or map of that name.</summary>
    public NftSet? FindSet(string name) => Search(Sets, name, static set => set.Name);

    /// <summary>The chain of that name.</summary>
    public NftChain? FindChain(string name) => Search(Chains, name, static chain => chain.Name);

    internal static EquatableArray<T> Ordered<T>(EquatableArray<T> items, Comparison<T> compare)
        where T : IEquatable<T>
    {
        var span = items.AsSpan();
        for (var i = 1; i < span.Length; i++)
        {
            if (compare(span[i - 1], span[i]) > 0)
                return ImmutableArray.Create(span).Sort(compare);
        }

        return items;
    }

    private static T? Search<T>(EquatableArray<T> ordered, string name, Func<T, string> nameOf)
        where T : class, IEquatable<T>
    {
        int low = 0, high = ordered.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = string.CompareOrdinal(nameOf(ordered[middle]), name);
            if (order == 0)
                return ordered[middle];
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return null;
    }
}

/// <summary>What a table is addressed by.</summary>
/// <param name="Family">Its family.</param>
/// <param name="Name">Its name.</param>
public readonly record struct NftTableId(NftFamily Family, string Name)
{
    /// <summary>As nft writes it: <c>inet weft</c>.</summary>
    public override string ToString() => $"{Family.ToString().ToLowerInvariant()} {Name}";
}
