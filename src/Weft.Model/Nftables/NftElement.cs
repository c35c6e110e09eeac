namespace Weft.Model.Nftables;

/// <summary>An element of a set or map.</summary>
/// <param name="Key">The key, or the first of an interval.</param>
/// <param name="KeyEnd">The last of an interval, included; null for a single key.</param>
/// <param name="Data">A map's data.</param>
/// <param name="Verdict">A verdict map's verdict.</param>
/// <param name="Comment">Shown by <c>nft list</c>; at most 127 bytes.</param>
/// <param name="TimeoutMilliseconds">Lifetime from the moment it is added; null for the set's.</param>
public sealed record NftElement(
    NftData Key,
    NftData? KeyEnd = null,
    NftData? Data = null,
    NftVerdict? Verdict = null,
    string? Comment = null,
    ulong? TimeoutMilliseconds = null)
{
    /// <summary>The last of an interval, included; null for a single key.</summary>
    public NftData? KeyEnd { get; init; } = KeyEnd == Key ? null : KeyEnd;

    /// <summary>What the element's counter read when it was read back; no part of its identity.</summary>
    public NftCounts Counts { get; init; }

    /// <summary>All addresses of a block, as an interval.</summary>
    public static NftElement Of(IpPrefix prefix) =>
        prefix.HostBits == 0 ? new(NftData.Of(prefix.Network)) : new(NftData.Of(prefix.Network), NftData.Of(prefix.Last));

    /// <summary>Order of keys, then of interval ends: the canonical order of a set.</summary>
    public static int CompareKeys(NftElement left, NftElement right)
    {
        var order = left.Key.CompareTo(right.Key);
        return order != 0 ? order : (left.KeyEnd ?? left.Key).CompareTo(right.KeyEnd ?? right.Key);
    }

    /// <inheritdoc/>
    public bool Equals(NftElement? other) =>
        ReferenceEquals(this, other) ||
        (other is not null && Key == other.Key && KeyEnd == other.KeyEnd && Data == other.Data && Verdict == other.Verdict
            && Comment == other.Comment && TimeoutMilliseconds == other.TimeoutMilliseconds);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Key, KeyEnd, Data, Verdict);
}
