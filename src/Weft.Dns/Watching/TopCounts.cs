namespace Weft.Dns.Watching;

/// <summary>Counts keys in bounded memory: who comes often is counted, however many others come once ("space-saving", Metwally and others, ICDT 2005).</summary>
/// <remarks>A key that finds no room takes the place of the one with the fewest, and its count: counts are never too small, and too large by that much at most.</remarks>
/// <param name="capacity">Most keys that are kept.</param>
internal sealed class TopCounts<TKey>(int capacity)
    where TKey : notnull
{
    private readonly Dictionary<TKey, long> _counts = new(capacity);

    /// <summary>Counts one.</summary>
    public void Add(TKey key)
    {
        if (_counts.TryGetValue(key, out var count))
        {
            _counts[key] = count + 1;
            return;
        }

        if (_counts.Count == capacity)
        {
            var least = _counts.MinBy(one => one.Value);
            _counts.Remove(least.Key);
            count = least.Value;
        }

        _counts[key] = count + 1;
    }

    /// <summary>The keys with the most, the first one first.</summary>
    public IReadOnlyList<(TKey Key, long Count)> Most(int number) => [.. _counts.OrderByDescending(one => one.Value).Take(number).Select(one => (one.Key, one.Value))];
}
