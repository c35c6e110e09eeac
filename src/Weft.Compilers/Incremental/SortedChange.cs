using System.Runtime.InteropServices;
using Weft.Model;

namespace Weft.Compilers.Incremental;

/// <summary>Puts changes into a sorted list: a copy of references, and a search per change.</summary>
internal static class SortedChange
{
    /// <summary>The list without some items and with others; the same list when they are the same items.</summary>
    public static EquatableArray<T> Of<T>(EquatableArray<T> items, List<T> removed, List<T> added, Comparison<T> order)
        where T : class, IEquatable<T>
    {
        var (gone, come) = Net(removed, added);
        if (gone.Count + come.Count == 0)
            return items;
        Sort(gone, order);
        Sort(come, order);
        var result = new T[items.Count - gone.Count + come.Count];
        Merge(items.AsSpan(), CollectionsMarshal.AsSpan(gone), CollectionsMarshal.AsSpan(come), result, order);
        return ImmutableCollectionsMarshal.AsImmutableArray(result);
    }

    /// <summary>What is left when an item that is both removed and added stays where it is.</summary>
    private static (List<T> Gone, List<T> Come) Net<T>(List<T> removed, List<T> added)
        where T : class
    {
        if (removed.Count == 0)
            return ([], added);
        var balance = new Dictionary<T, int>(ReferenceEqualityComparer.Instance);
        foreach (var item in removed)
            CollectionsMarshal.GetValueRefOrAddDefault(balance, item, out _)--;
        foreach (var item in added)
            CollectionsMarshal.GetValueRefOrAddDefault(balance, item, out _)++;
        return ([.. balance.Where(entry => entry.Value < 0).Select(entry => entry.Key)], [.. balance.Where(entry => entry.Value > 0).Select(entry => entry.Key)]);
    }

    private static void Sort<T>(List<T> items, Comparison<T> order)
    {
        for (var i = 1; i < items.Count; i++)
        {
            if (order(items[i - 1], items[i]) <= 0)
                continue;
            items.Sort(order);
            return;
        }
    }

    private static void Merge<T>(ReadOnlySpan<T> items, ReadOnlySpan<T> gone, ReadOnlySpan<T> come, Span<T> result, Comparison<T> order)
    {
        while (!gone.IsEmpty || !come.IsEmpty)
        {
            var removes = come.IsEmpty || (!gone.IsEmpty && order(gone[0], come[0]) <= 0);
            var place = Find(items, removes ? gone[0] : come[0], order);
            items[..place].CopyTo(result);
            result = result[place..];
            items = items[(removes ? place + 1 : place)..];
            if (removes)
            {
                gone = gone[1..];
                continue;
            }

            result[0] = come[0];
            result = result[1..];
            come = come[1..];
        }

        items.CopyTo(result);
    }

    /// <summary>The index of the first item that is not before <paramref name="wanted"/>.</summary>
    private static int Find<T>(ReadOnlySpan<T> items, T wanted, Comparison<T> order)
    {
        int low = 0, high = items.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (order(items[middle], wanted) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
