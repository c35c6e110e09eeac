using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;

namespace Weft.Kubernetes;

/// <summary>Labels, annotations and other maps of strings: immutable, ordered by key, equal when their entries are.</summary>
/// <remarks>The default value is the empty map. Read from JSON, a number or a boolean is kept as its text, as quantities may be written either way.</remarks>
[JsonConverter(typeof(StringMapConverter))]
[CollectionBuilder(typeof(StringMap), nameof(Create))]
public readonly struct StringMap : IReadOnlyDictionary<string, string>, IEquatable<StringMap>
{
    private readonly KeyValuePair<string, string>[]? _entries;

    private StringMap(KeyValuePair<string, string>[] sorted) => _entries = sorted;

    /// <summary>The empty map.</summary>
    public static StringMap Empty => default;

    /// <inheritdoc/>
    public int Count => Entries.Length;

    /// <summary>The keys in ordinal order.</summary>
    public IEnumerable<string> Keys => (_entries ?? []).Select(entry => entry.Key);

    /// <summary>The values in the order of their keys.</summary>
    public IEnumerable<string> Values => (_entries ?? []).Select(entry => entry.Value);

    private ReadOnlySpan<KeyValuePair<string, string>> Entries => _entries;

    /// <summary>The value of <paramref name="key"/>.</summary>
    /// <exception cref="KeyNotFoundException">There is no such key.</exception>
    public string this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"no key '{key}'");

    /// <summary>A map of these entries; the last one of equal keys wins.</summary>
    public static StringMap Create(params ReadOnlySpan<KeyValuePair<string, string>> entries)
    {
        if (entries.IsEmpty)
            return default;
        var sorted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in entries)
            sorted[key] = value;
        return new StringMap([.. sorted]);
    }

    /// <summary>A map of these entries; the last one of equal keys wins.</summary>
    public static StringMap Of(params ReadOnlySpan<(string Key, string Value)> entries)
    {
        var pairs = new KeyValuePair<string, string>[entries.Length];
        for (var i = 0; i < entries.Length; i++)
            pairs[i] = new(entries[i].Key, entries[i].Value);
        return Create(pairs);
    }

    /// <summary>The value of <paramref name="key"/>, or null.</summary>
    public string? Find(string key) => TryGetValue(key, out var value) ? value : null;

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        var index = IndexOf(key);
        value = index < 0 ? null : Entries[index].Value;
        return index >= 0;
    }

    /// <inheritdoc/>
    public bool ContainsKey(string key) => IndexOf(key) >= 0;

    /// <summary>This map with one entry added or replaced.</summary>
    public StringMap With(string key, string value) => Create([.. Entries, new(key, value)]);

    /// <summary>This map without the entry of <paramref name="key"/>.</summary>
    public StringMap Without(string key) =>
        ContainsKey(key) ? new StringMap([.. _entries!.Where(entry => entry.Key != key)]) : this;

    /// <summary>Whether every entry of <paramref name="other"/> is in this map.</summary>
    public bool ContainsAll(StringMap other)
    {
        foreach (var (key, value) in other.Entries)
        {
            if (!TryGetValue(key, out var mine) || mine != value)
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public bool Equals(StringMap other) => ReferenceEquals(_entries, other._entries) || HasSameEntries(Entries, other.Entries);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is StringMap other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (key, value) in Entries)
        {
            hash.Add(key);
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    /// <summary>Enumerates in ordinal order of the keys, without allocation.</summary>
    public ReadOnlySpan<KeyValuePair<string, string>>.Enumerator GetEnumerator() => Entries.GetEnumerator();

    IEnumerator<KeyValuePair<string, string>> IEnumerable<KeyValuePair<string, string>>.GetEnumerator() =>
        ((IEnumerable<KeyValuePair<string, string>>)(_entries ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => (_entries ?? []).GetEnumerator();

    /// <summary>Whether both hold the same entries.</summary>
    public static bool operator ==(StringMap left, StringMap right) => left.Equals(right);

    /// <summary>Whether they differ in an entry.</summary>
    public static bool operator !=(StringMap left, StringMap right) => !left.Equals(right);

    /// <summary><c>key=value,key=value</c>, as kubectl prints labels.</summary>
    public override string ToString() => string.Join(',', (_entries ?? []).Select(entry => $"{entry.Key}={entry.Value}"));

    // A pair compares and hashes itself by reflection, and hashes its key only.
    private static bool HasSameEntries(ReadOnlySpan<KeyValuePair<string, string>> left, ReadOnlySpan<KeyValuePair<string, string>> right)
    {
        if (left.Length != right.Length)
            return false;
        for (var i = 0; i < left.Length; i++)
        {
            if (left[i].Key != right[i].Key || left[i].Value != right[i].Value)
                return false;
        }

        return true;
    }

    private int IndexOf(string key)
    {
        var (low, high) = (0, Count - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(Entries[middle].Key, key);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return -1;
    }
}
