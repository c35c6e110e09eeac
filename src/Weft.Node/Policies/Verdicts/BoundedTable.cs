using System.Diagnostics.CodeAnalysis;

namespace Weft.Node.Policies.Verdicts;

/// <summary>A table that others fill, and that stays small: of more than it may have, those go that changed the longest ago.</summary>
/// <remarks>Not for concurrent use.</remarks>
/// <param name="most">How many it has at most.</param>
internal sealed class BoundedTable<TKey, TValue>(int most)
    where TKey : notnull
{
    // By portions, so that a flood is not one search after the other.
    private readonly int _portion = int.Max(1, most / 8);
    private readonly Dictionary<TKey, (TValue Value, long Changed)> _entries = [];
    private long _clock;

    /// <summary>All of it, what changed last in front.</summary>
    public IEnumerable<KeyValuePair<TKey, TValue>> Latest =>
        _entries.OrderByDescending(entry => entry.Value.Changed).Select(entry => KeyValuePair.Create(entry.Key, entry.Value.Value));

    /// <summary>The value of a key.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        var found = _entries.TryGetValue(key, out var entry);
        value = entry.Value;
        return found;
    }

    /// <summary>Puts a value in the place of another, or makes room for it.</summary>
    public void Set(TKey key, TValue value)
    {
        if (_entries.Count >= most && !_entries.ContainsKey(key))
        {
            foreach (var (old, _) in _entries.OrderBy(entry => entry.Value.Changed).Take(_portion).ToList())
                _entries.Remove(old);
        }

        _entries[key] = (value, ++_clock);
    }
}
