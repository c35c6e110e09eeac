using Weft.Model;
using Weft.Model.Nftables;

namespace Weft.Netlink.Nftables;

/// <summary>Puts the elements of a dump together: borders become intervals again.</summary>
internal static class NftIntervals
{
    internal static EquatableArray<NftElement> Join(NftSet set, List<NftListedElement> listed)
    {
        if (!NftSetEncoder.IsBorders(set))
            return listed.Select(found => found.Element).ToEquatableArray();
        listed.Sort(CompareBorders);
        var elements = new List<NftElement>(listed.Count / 2);
        for (var i = 0; i < listed.Count; i++)
        {
            if (!listed[i].IsEnd)
                elements.Add(Close(listed[i].Element, i + 1 < listed.Count && listed[i + 1].IsEnd ? listed[i + 1].Element.Key : null));
        }

        return elements.ToEquatableArray();
    }

    private static NftElement Close(NftElement first, NftData? behind)
    {
        Span<byte> last = stackalloc byte[first.Key.Length];
        if (behind is not { } border || border.Length != last.Length)
        {
            last.Fill(byte.MaxValue);
            return first with { KeyEnd = Single(first, NftData.Raw(last)) };
        }

        border.Bytes.CopyTo(last);
        for (var i = last.Length - 1; i >= 0 && last[i]-- == 0; i--)
        {
        }

        return first with { KeyEnd = Single(first, NftData.Raw(last)) };
    }

    private static NftData? Single(NftElement first, NftData last) => last == first.Key ? null : last;

    // Where one interval ends and the next begins at the same key, the end comes first.
    private static int CompareBorders(NftListedElement left, NftListedElement right)
    {
        var order = left.Element.Key.CompareTo(right.Element.Key);
        return order != 0 ? order : right.IsEnd.CompareTo(left.IsEnd);
    }
}
