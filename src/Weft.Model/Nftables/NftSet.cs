using System.Collections.Immutable;

namespace Weft.Model.Nftables;

/// <summary>A named set, map (with <see cref="DataType"/>) or verdict map (with <see cref="NftType.Verdict"/> as data type).</summary>
/// <param name="Name">Unique in the table, at most 127 bytes.</param>
/// <param name="KeyType">Type of the keys.</param>
/// <param name="DataType">Type of a map's data; null for a set.</param>
public sealed record NftSet(string Name, NftType KeyType, NftType? DataType = null)
{
    /// <summary>Intervals, timeouts, changes by rules.</summary>
    public NftSetFlags Flags { get; init; }

    /// <summary>The most elements it may hold; null for no limit.</summary>
    public uint? Size { get; init; }

    /// <summary>Lifetime of elements that have none of their own; needs <see cref="NftSetFlags.Timeout"/>.</summary>
    public ulong? TimeoutMilliseconds { get; init; }

    /// <summary>Whether every element counts its packets (Linux 5.11).</summary>
    public bool Counter { get; init; }

    /// <summary>Shown by <c>nft list</c>.</summary>
    public string? Comment { get; init; }

    /// <summary>The elements, ordered by key whatever order they are given in.</summary>
    public EquatableArray<NftElement> Elements
    {
        get;
        init => field = Ordered(value);
    }

    /// <summary>Whether it maps keys to data or verdicts.</summary>
    public bool IsMap => DataType is not null;

    /// <summary>Whether it maps keys to verdicts.</summary>
    public bool IsVerdictMap => DataType == NftType.Verdict;

    /// <summary>Whether rules put elements in: those belong to the kernel, so desired state and diff leave them alone.</summary>
    public bool IsDynamic => Flags.HasFlag(NftSetFlags.Dynamic);

    /// <summary>Whether only the elements differ, so that the set itself can stay.</summary>
    public bool HasSameDefinition(NftSet other) => ReferenceEquals(this, other) || (
        Name == other.Name && KeyType == other.KeyType && DataType == other.DataType && Flags == other.Flags && Size == other.Size
        && TimeoutMilliseconds == other.TimeoutMilliseconds && Counter == other.Counter && Comment == other.Comment);

    private static EquatableArray<NftElement> Ordered(EquatableArray<NftElement> elements)
    {
        var span = elements.AsSpan();
        for (var i = 1; i < span.Length; i++)
        {
            if (NftElement.CompareKeys(span[i - 1], span[i]) > 0)
                return ImmutableArray.Create(span).Sort(NftElement.CompareKeys);
        }

        return elements;
    }
}

/// <summary>Properties of a set (enum nft_set_flags).</summary>
[Flags]
public enum NftSetFlags : uint
{
    None = 0,

    /// <summary>Made by nft for a rule, nameless in its text; never written by Weft.</summary>
    Anonymous = 1,

    /// <summary>Cannot change once a rule uses it.</summary>
    Constant = 2,

    /// <summary>Keys may be intervals.</summary>
    Interval = 4,

    /// <summary>Elements may have a lifetime.</summary>
    Timeout = 16,

    /// <summary>Rules may add and delete elements (NFT_SET_EVAL).</summary>
    Dynamic = 32,
}
