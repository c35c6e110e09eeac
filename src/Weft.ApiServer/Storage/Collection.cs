using System.Collections.Immutable;

namespace Weft.ApiServer.Storage;

using Names = ImmutableSortedDictionary<string, StoredObject>;

/// <summary>All objects of one resource at one moment, ordered by namespace and name. Immutable.</summary>
internal sealed class Collection
{
    private static readonly Names NoNames = Names.Empty.WithComparers(StringComparer.Ordinal);

    private readonly ImmutableSortedDictionary<string, Names> _namespaces;

    private Collection(ImmutableSortedDictionary<string, Names> namespaces, int count)
    {
        _namespaces = namespaces;
        Count = count;
    }

    public static Collection Empty { get; } =
        new(ImmutableSortedDictionary<string, Names>.Empty.WithComparers(StringComparer.Ordinal), 0);

    public int Count { get; }

    public StoredObject? Find(string ns, string name) =>
        _namespaces.TryGetValue(ns, out var names) ? names.GetValueOrDefault(name) : null;

    /// <summary>The objects of one namespace, or of all when <paramref name="ns"/> is null.</summary>
    public IEnumerable<StoredObject> In(string? ns) =>
        ns is null ? _namespaces.Values.SelectMany(names => names.Values) : _namespaces.GetValueOrDefault(ns, NoNames).Values;

    public Collection With(StoredObject obj)
    {
        var names = _namespaces.GetValueOrDefault(obj.Namespace, NoNames);
        var added = names.ContainsKey(obj.Name) ? 0 : 1;
        return new(_namespaces.SetItem(obj.Namespace, names.SetItem(obj.Name, obj)), Count + added);
    }

    public Collection Without(StoredObject obj)
    {
        var names = _namespaces.GetValueOrDefault(obj.Namespace, NoNames).Remove(obj.Name);
        return new(names.IsEmpty ? _namespaces.Remove(obj.Namespace) : _namespaces.SetItem(obj.Namespace, names), Count - 1);
    }
}
