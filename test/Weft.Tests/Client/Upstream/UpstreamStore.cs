using System.Globalization;
using System.Text.Json.Nodes;

namespace Weft.Tests.Client.Upstream;

/// <summary>Objects with their history, as etcd and the watch cache of an API server hold them.</summary>
/// <param name="opaque">Whether versions are texts without an order, which the API allowed before KEP-5504, instead of numbers.</param>
internal sealed class UpstreamStore(bool opaque)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, string> _objects = new(StringComparer.Ordinal);
    private readonly List<Entry> _log = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _version = 1000;
    private long _compacted;

    /// <summary>What happened: at which version, and to an object of which resource (<c>/api/v1/services</c>).</summary>
    public sealed record Entry(long Version, string Type, string Resource, string Json);

    /// <summary>Completes with the next change.</summary>
    public Task Changed
    {
        get
        {
            lock (_gate)
                return _changed.Task;
        }
    }

    public string Version
    {
        get
        {
            lock (_gate)
                return Name(_version);
        }
    }

    /// <summary>The version that a client means; one from another history is as good as any other number.</summary>
    public long Parse(string text) =>
        long.Parse(opaque ? Convert.FromBase64String(text).Aggregate("", (digits, code) => $"{digits}{(char)code}") : text, CultureInfo.InvariantCulture);

    public string Name(long version)
    {
        var text = version.ToString(CultureInfo.InvariantCulture);
        return opaque ? Convert.ToBase64String(text.Select(digit => (byte)digit).ToArray()) : text;
    }

    public JsonObject Put(string resource, string? ns, JsonObject obj)
    {
        lock (_gate)
        {
            var metadata = (JsonObject)(obj["metadata"] ??= new JsonObject());
            var key = Key(resource, ns, metadata["name"]!.ToString());
            var before = Stored(key);
            if (ns is not null)
                metadata["namespace"] = ns;
            metadata["uid"] ??= before?["metadata"]!["uid"]?.ToString() ?? Guid.NewGuid().ToString();
            metadata["resourceVersion"] = Name(++_version);
            Note(before is null ? "ADDED" : "MODIFIED", resource, _objects[key] = obj.ToJsonString());
            return obj;
        }
    }

    /// <summary>Changes an object while nobody else writes; null when there is none.</summary>
    public JsonObject? Change(string resource, string? ns, string name, Action<JsonObject> change)
    {
        lock (_gate)
        {
            if (Stored(Key(resource, ns, name)) is not { } obj)
                return null;
            change(obj);
            return Put(resource, ns, obj);
        }
    }

    public bool Delete(string resource, string? ns, string name)
    {
        lock (_gate)
        {
            var key = Key(resource, ns, name);
            if (Stored(key) is not { } obj)
                return false;
            _objects.Remove(key);
            obj["metadata"]!["resourceVersion"] = Name(++_version);
            Note("DELETED", resource, obj.ToJsonString());
            return true;
        }
    }

    public JsonObject? Find(string resource, string? ns, string name)
    {
        lock (_gate)
            return Stored(Key(resource, ns, name));
    }

    /// <summary>All objects of a resource as they are now, in the order of their keys, and the version of now.</summary>
    public (IReadOnlyList<string> Items, string Version) List(string resource)
    {
        lock (_gate)
            return ([.. _objects.Where(entry => entry.Key.StartsWith($"{resource}|", StringComparison.Ordinal)).Select(entry => entry.Value)], Name(_version));
    }

    /// <summary>What happened to a resource after a version; null when that is no longer known.</summary>
    public IReadOnlyList<Entry>? Since(long version, string resource)
    {
        lock (_gate)
            return version < _compacted ? null : [.. _log.Where(entry => entry.Version > version && entry.Resource == resource)];
    }

    /// <summary>Forgets all history: whoever watches from before is told 410.</summary>
    public void Compact()
    {
        lock (_gate)
        {
            // Others write too, so that the version moves on.
            _compacted = ++_version;
            _log.Clear();
        }
    }

    /// <summary>Puts the store back to what <paramref name="backup"/> holds, versions included: a restored backup.</summary>
    public void Restore(UpstreamStore backup)
    {
        lock (_gate)
        {
            _objects.Clear();
            foreach (var (key, obj) in backup._objects)
                _objects.Add(key, obj);
            _version = backup._version;
            _log.Clear();
        }
    }

    public UpstreamStore Backup()
    {
        var copy = new UpstreamStore(opaque);
        lock (_gate)
        {
            foreach (var (key, obj) in _objects)
                copy._objects.Add(key, obj);
            copy._version = _version;
        }

        return copy;
    }

    private void Note(string type, string resource, string json)
    {
        _log.Add(new Entry(_version, type, resource, json));
        var changed = _changed;
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }

    private JsonObject? Stored(string key) => _objects.TryGetValue(key, out var json) ? JsonNode.Parse(json)!.AsObject() : null;

    private static string Key(string resource, string? ns, string name) => $"{resource}|{ns}|{name}";
}
