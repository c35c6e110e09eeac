using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Node.Watching;

/// <summary>Objects of a kind as a list in which each keeps its place, and its reference while nothing of it changes that counts: readers compare pointers.</summary>
/// <remarks>An informer writes from its own thread; one reader takes the list.</remarks>
internal sealed class ObjectList<T>
    where T : class, IKubeObject, IEquatable<T>
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ObjectKey, int> _places = [];
    private readonly List<T> _all = [];
    private EquatableArray<T> _taken;
    private bool _changed;

    /// <summary>Notes that an object came, changed (whatever it was before), or went (no <paramref name="after"/>).</summary>
    public void Note(T? before, T? after)
    {
        lock (_gate)
        {
            if (after is null)
                Remove(before!.Key());
            else
                Put(after);
        }
    }

    /// <summary>The object of that key as noted last, or null.</summary>
    public T? Find(ObjectKey key)
    {
        lock (_gate)
            return _places.TryGetValue(key, out var place) ? _all[place] : null;
    }

    /// <summary>All of them; the same list while nothing changed.</summary>
    public EquatableArray<T> Take()
    {
        lock (_gate)
        {
            if (_changed)
                _taken = _all.ToEquatableArray();
            _changed = false;
            return _taken;
        }
    }

    private void Put(T item)
    {
        if (!_places.TryGetValue(item.Key(), out var place))
        {
            _places[item.Key()] = _all.Count;
            _all.Add(item);
        }
        else if (_all[place].Equals(item))
        {
            return;
        }
        else
        {
            _all[place] = item;
        }

        _changed = true;
    }

    /// <summary>The last one moves into the hole.</summary>
    private void Remove(ObjectKey key)
    {
        if (!_places.Remove(key, out var hole))
            return;
        var last = _all[^1];
        _all.RemoveAt(_all.Count - 1);
        if (hole < _all.Count)
        {
            _all[hole] = last;
            _places[last.Key()] = hole;
        }

        _changed = true;
    }
}
