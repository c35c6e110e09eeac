using System.Collections.Immutable;

namespace Weft.Kubernetes.Client;

/// <summary>The copy behind an informer: what lists, watches and our own writes say, brought into one order.</summary>
internal sealed class ObjectCopy<T>
    where T : class, IKubeObject
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _gone = [];
    private ImmutableArray<Action<T?, T?>> _listeners = [];
    private volatile ImmutableDictionary<ObjectKey, T> _items = ImmutableDictionary<ObjectKey, T>.Empty;
    private volatile string _version = "";

    public ImmutableDictionary<ObjectKey, T> Items => _items;

    /// <summary>The version up to which lists and watches have told everything; never ahead of <see cref="Items"/>.</summary>
    public string Version => _version;

    /// <summary>Adds a listener and tells it of every object that is there.</summary>
    public void Listen(Action<T?, T?> listener)
    {
        lock (_gate)
        {
            _listeners = _listeners.Add(listener);
            foreach (var item in _items.Values)
                listener(null, item);
        }
    }

    /// <summary>Takes over a whole list, the newest state at its moment. Only our own writes can be newer, unless the server's history went back.</summary>
    /// <returns>Whether anything is different now.</returns>
    public bool Replace(KubeList<T> list)
    {
        lock (_gate)
        {
            var old = _items;
            var restored = ResourceVersions.IsNewer(_version, list.ResourceVersion);
            var items = ImmutableDictionary.CreateBuilder<ObjectKey, T>();
            foreach (var item in list.Items)
                items[item.Key()] = old.GetValueOrDefault(item.Key()) is { } known && known.Equals(item) ? known : item;
            foreach (var (key, item) in old)
            {
                if (!restored && ResourceVersions.IsNewer(item.Metadata.ResourceVersion, list.ResourceVersion))
                    items[key] = item;
            }

            _gone.Clear();
            var same = items.Count == old.Count && items.All(entry => ReferenceEquals(old.GetValueOrDefault(entry.Key), entry.Value));
            _items = same ? old : items.ToImmutable();
            _version = list.ResourceVersion;
            if (!same)
                Tell(old, _items);
            return !same;
        }
    }

    /// <summary>Takes in one change of a watch.</summary>
    /// <returns>Whether anything is different now.</returns>
    /// <exception cref="KubeApiException">The version is older than what the watch began with: the server's state was restored.</exception>
    public bool Apply(WatchEvent<T> change)
    {
        lock (_gate)
        {
            if (ResourceVersions.IsNewer(_version, change.ResourceVersion))
                throw new KubeApiException(410, "Expired", $"the server's versions went back from {_version} to {change.ResourceVersion}: its state was restored");
            var changed = change.Type != WatchEventType.Bookmark && ApplyObject(change);
            if (change.ResourceVersion.Length > 0)
                _version = change.ResourceVersion;
            return changed;
        }
    }

    /// <summary>Takes in what the server returned from a write, unless the watch has already gone past it.</summary>
    public bool Observe(T obj)
    {
        lock (_gate)
        {
            var version = obj.Metadata.ResourceVersion;
            if (!ResourceVersions.IsNewer(version, _version))
                return false;
            if (_items.TryGetValue(obj.Key(), out var known) && !ResourceVersions.IsNewer(version, known.Metadata.ResourceVersion))
                return false;
            Put(obj.Key(), obj);
            return true;
        }
    }

    /// <summary>Takes out an object that the server confirmed to be gone.</summary>
    public bool ObserveDeleted(T obj)
    {
        lock (_gate)
        {
            if (!_items.TryGetValue(obj.Key(), out var known) || known.Metadata.Uid != obj.Metadata.Uid)
                return false;
            Put(obj.Key(), null);
            _gone.Add(obj.Metadata.Uid ?? "");
            return true;
        }
    }

    private bool ApplyObject(WatchEvent<T> change)
    {
        var key = change.Object.Key();
        if (_items.TryGetValue(key, out var known) && ResourceVersions.IsNewer(known.Metadata.ResourceVersion, change.ResourceVersion))
            return false;
        if (change.Type == WatchEventType.Deleted)
            Put(key, null);
        else if (!_gone.Contains(change.Object.Metadata.Uid ?? ""))
            Put(key, change.Object);
        if (change.Type == WatchEventType.Deleted)
            _gone.Remove(change.Object.Metadata.Uid ?? "");
        return true;
    }

    private void Put(ObjectKey key, T? item)
    {
        var before = _items.GetValueOrDefault(key);
        _items = item is null ? _items.Remove(key) : _items.SetItem(key, item);
        Tell(before, item);
    }

    private void Tell(ImmutableDictionary<ObjectKey, T> before, ImmutableDictionary<ObjectKey, T> after)
    {
        if (_listeners.IsEmpty)
            return;
        foreach (var (key, item) in before)
        {
            if (!after.ContainsKey(key))
                Tell(item, null);
        }

        foreach (var (key, item) in after)
            Tell(before.GetValueOrDefault(key), item);
    }

    private void Tell(T? before, T? after)
    {
        if (ReferenceEquals(before, after))
            return;
        foreach (var listener in _listeners)
            listener(before, after);
    }
}
