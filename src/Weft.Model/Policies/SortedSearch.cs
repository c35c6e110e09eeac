namespace Weft.Model.Policies;

/// <summary>Looks into a sorted list.</summary>
internal static class SortedSearch
{
    /// <summary>The item with a key; null when there is none.</summary>
    /// <param name="items">Sorted by their keys, which are all different.</param>
    /// <param name="key">The key.</param>
    /// <param name="keyOf">The key of an item.</param>
    public static T? Find<T, TKey>(ReadOnlySpan<T> items, TKey key, Func<T, TKey> keyOf)
        where T : class
        where TKey : IComparable<TKey>
    {
        int low = 0, high = items.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = keyOf(items[middle]).CompareTo(key);
            if (order == 0)
                return items[middle];
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return null;
    }
}
