using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>Finds the objects of a namespace that have a label, without looking at the others.</summary>
internal sealed class LabelIndex
{
    private static readonly HashSet<ObjectKey> None = [];

    private readonly Dictionary<(string Namespace, string Label, string Value), HashSet<ObjectKey>> _keys = [];

    public void Add(ObjectKey key, IEnumerable<KeyValuePair<string, string>> labels)
    {
        foreach (var (label, value) in labels)
        {
            var place = (key.Namespace, label, value);
            if (!_keys.TryGetValue(place, out var keys))
                _keys[place] = keys = [];
            keys.Add(key);
        }
    }

    public void Remove(ObjectKey key, IEnumerable<KeyValuePair<string, string>> labels)
    {
        foreach (var (label, value) in labels)
        {
            var place = (key.Namespace, label, value);
            if (_keys.TryGetValue(place, out var keys) && keys.Remove(key) && keys.Count == 0)
                _keys.Remove(place);
        }
    }

    /// <summary>The objects with that label.</summary>
    public IReadOnlySet<ObjectKey> Find(string ns, string label, string value) => _keys.GetValueOrDefault((ns, label, value), None);
}
