using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Node.Proxy.Watching;

/// <summary>Joins Services with their EndpointSlices as they come and go, so that a change costs what changed and everything else keeps its reference.</summary>
/// <remarks>Informers write from their own threads; one reader takes what has changed.</remarks>
public sealed class ServiceIndex
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ObjectKey, Entry> _entries = [];
    private readonly HashSet<ObjectKey> _changed = [];
    private readonly List<ServiceObjects> _all = [];
    private readonly TriggerTimes _triggers;
    private EquatableArray<ServiceObjects> _taken;
    private int _serviceChanges;
    private int _sliceChanges;

    /// <summary>An empty index.</summary>
    /// <param name="started">What happened to endpoints before is no delay of ours.</param>
    public ServiceIndex(DateTimeOffset started) => _triggers = new TriggerTimes(started);

    /// <summary>Notes that a Service came (no <paramref name="before"/>), changed, or went (no <paramref name="after"/>).</summary>
    public void Note(Service? before, Service? after)
    {
        lock (_gate)
        {
            var key = (after ?? before!).Key();
            EntryOf(key).Service = after;
            _changed.Add(key);
            _serviceChanges++;
        }
    }

    /// <summary>Notes the same of a slice. One without a Service's name is nobody's.</summary>
    public void Note(EndpointSlice? before, EndpointSlice? after)
    {
        lock (_gate)
        {
            if (before is not null && ServiceOf(before) is { } former)
                Remove(former, before);
            if (after is not null && ServiceOf(after) is { } now)
                Put(now, after);
            _triggers.Note(before, after);
            _sliceChanges++;
        }
    }

    /// <summary>What was noted and not taken yet: Services and slices.</summary>
    public (int Services, int Slices) Pending
    {
        get
        {
            lock (_gate)
                return (_serviceChanges, _sliceChanges);
        }
    }

    /// <summary>All Services with their slices, and what happened since the last time.</summary>
    public ServiceChanges Take()
    {
        lock (_gate)
        {
            foreach (var key in _changed)
                Renew(key);
            if (_changed.Count > 0)
                _taken = _all.ToEquatableArray();
            var changes = new ServiceChanges(_taken, [.. _changed], _serviceChanges, _sliceChanges, _triggers.Take());
            _changed.Clear();
            (_serviceChanges, _sliceChanges) = (0, 0);
            return changes;
        }
    }

    /// <summary>One Service with its slices; null when there is none, or when it was not taken yet.</summary>
    public ServiceObjects? Find(ObjectKey key)
    {
        lock (_gate)
            return _entries.TryGetValue(key, out var entry) && entry.Place is { } place ? _all[place] : null;
    }

    private static ObjectKey? ServiceOf(EndpointSlice slice) =>
        slice.Metadata.Labels.Find(EndpointSlice.ServiceNameLabel) is { Length: > 0 } name ? new ObjectKey(slice.Metadata.Namespace ?? "", name) : null;

    private Entry EntryOf(ObjectKey key)
    {
        if (!_entries.TryGetValue(key, out var entry))
            _entries.Add(key, entry = new Entry());
        return entry;
    }

    private void Put(ObjectKey service, EndpointSlice slice)
    {
        EntryOf(service).Slices[slice.Metadata.Name] = slice;
        _changed.Add(service);
    }

    private void Remove(ObjectKey service, EndpointSlice slice)
    {
        EntryOf(service).Slices.Remove(slice.Metadata.Name);
        _changed.Add(service);
    }

    /// <summary>The place in the list stays the same, as readers compare lists place by place; the last one moves into the hole of one that went.</summary>
    private void Renew(ObjectKey key)
    {
        var entry = _entries[key];
        if (entry.Service is null)
        {
            RemoveFromList(entry);
            if (entry.Slices.Count == 0)
                _entries.Remove(key);
            return;
        }

        var objects = new ServiceObjects(entry.Service, [.. entry.Slices.Values]);
        if (entry.Place is { } place)
        {
            _all[place] = objects;
            return;
        }

        entry.Place = _all.Count;
        _all.Add(objects);
    }

    private void RemoveFromList(Entry entry)
    {
        if (entry.Place is not { } hole)
            return;
        var last = _all[^1];
        _all[hole] = last;
        _all.RemoveAt(_all.Count - 1);
        _entries[last.Service.Key()].Place = hole;
        entry.Place = null;
    }

    private sealed class Entry
    {
        public Service? Service { get; set; }

        public SortedList<string, EndpointSlice> Slices { get; } = new(StringComparer.Ordinal);

        public int? Place { get; set; }
    }
}

/// <summary>What an index holds and what happened to it.</summary>
/// <param name="All">All Services; each keeps its place and reference while it does not change.</param>
/// <param name="Changed">Services that changed, or whose slices did.</param>
/// <param name="Services">How many changes of Services there were.</param>
/// <param name="Slices">How many changes of slices.</param>
/// <param name="Triggers">When the pods behind changed slices changed, as the controller that wrote them says.</param>
public sealed record ServiceChanges(
    EquatableArray<ServiceObjects> All, IReadOnlyCollection<ObjectKey> Changed, int Services, int Slices, IReadOnlyList<DateTimeOffset> Triggers);
