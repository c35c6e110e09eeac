using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Libc;

namespace Weft.Netlink.Nftables;

/// <summary>Elements of a fake set.</summary>
internal static class FakeElements
{
    private const int TooMany = 23;

    internal static NftSet Add(NftTable table, NftSet set, NftAddElements add)
    {
        var elements = new SortedDictionary<NftData, NftElement>();
        foreach (var element in set.Elements)
            elements.Add(element.Key, element);
        foreach (var element in add.Elements)
        {
            if (element.Verdict?.Chain is { } chain && table.FindChain(chain) is null)
                throw FakeRefusal.Of(add, Errno.ENOENT, element);
            if (!elements.TryAdd(element.Key, element) && !IsSame(elements[element.Key], element))
                throw FakeRefusal.Of(add, Errno.EEXIST, element);
        }

        if (set.Size is { } size && elements.Count > size)
            throw FakeRefusal.Of(add, TooMany);
        CheckOverlap(set, add, elements.Values);
        return set with { Elements = elements.Values.ToEquatableArray() };
    }

    internal static NftSet Delete(NftSet set, NftDeleteElements delete)
    {
        var elements = set.Elements.ToDictionary(element => (element.Key, element.KeyEnd));
        foreach (var element in delete.Elements)
        {
            if (!elements.Remove((element.Key, element.KeyEnd)))
                throw FakeRefusal.Of(delete, Errno.ENOENT, element);
        }

        return set with { Elements = elements.Values.ToEquatableArray() };
    }

    private static bool IsSame(NftElement left, NftElement right) =>
        left.KeyEnd == right.KeyEnd && left.Data == right.Data && left.Verdict == right.Verdict;

    private static void CheckOverlap(NftSet set, NftAddElements add, IEnumerable<NftElement> ordered)
    {
        if (!NftSetEncoder.IsBorders(set))
            return;
        NftElement? before = null;
        foreach (var element in ordered)
        {
            if (before is not null && (before.KeyEnd ?? before.Key) >= element.Key)
                throw FakeRefusal.Of(add, Errno.EEXIST, element);
            before = element;
        }
    }
}
