namespace Weft.Model.Nftables;

/// <summary>Intervals of keys: of a concatenation, one per part.</summary>
internal static class NftRanges
{
    internal static bool Contains(NftType type, NftData first, NftData last, NftData key)
    {
        var offset = 0;
        foreach (var part in type.Parts)
        {
            var length = part.Length;
            var value = key.Bytes.Slice(offset, length);
            if (value.SequenceCompareTo(first.Bytes.Slice(offset, length)) < 0 || value.SequenceCompareTo(last.Bytes.Slice(offset, length)) > 0)
                return false;
            offset += part.PaddedLength;
        }

        return true;
    }
}
