using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Weft.Kubernetes.Client;

/// <summary>Keeps a copy of all objects of a kind, by list and watch, and tells when it changed.</summary>
/// <remarks>
/// The copy is one immutable snapshot behind a volatile reference: read <see cref="Items"/> once and work on that.
/// An unchanged object keeps its reference over relists. While the server is away the last copy stays, and <see cref="StaleFor"/> grows.
/// </remarks>
public class ObjectInformer<T>
    where T : class, IKubeObject
{
    private static readonly TimeSpan SteadyAfter = TimeSpan.FromSeconds(2);
    private readonly KubeClient _client;
    private readonly DecodeObject<T> _decode;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _gone = [];
    private readonly InformerOptions _options;
    private readonly TimeProvider _time;
    private readonly Backoff _backoff;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableArray<Action> _listeners = [];
    private ImmutableArray<Action<T?, T?>> _objectListeners = [];
    private volatile ImmutableDictionary<ObjectKey, T> _items = ImmutableDictionary<ObjectKey, T>.Empty;
    private long _lostAt;
    private long _heardAt;
    private volatile string _version = "";

    internal ObjectInformer(KubeClient client, ResourceType resource, DecodeObject<T> decode, InformerOptions? options)
    {
        (_client, _decode, Resource) = (client, decode, resource);
        _options = options ?? new InformerOptions();
        _time = _options.Time ?? client.Time;
        _backoff = new Backoff(_options.FirstBackoff, _options.LongestBackoff, _time);
        _logger = _options.Logger ?? NullLogger.Instance;
        _lostAt = _time.GetTimestamp();
    }

    /// <summary>The kind that is watched.</summary>
    public ResourceType Resource { get; }

    /// <summary>The objects as last heard.</summary>
    public ImmutableDictionary<ObjectKey, T> Items => _items;

    /// <summary>The resource version up to which <see cref="Items"/> is complete.</summary>
    public string ResourceVersion => _version;

    /// <summary>Completes with the first full list.</summary>
    public Task Synced => _synced.Task;

    /// <summary>Whether the first full list is there.</summary>
    public bool HasSynced => _synced.Task.IsCompletedSuccessfully;

    /// <summary>For how long the server has not been heard; zero while a watch stands.</summary>
    public TimeSpan StaleFor => Volatile.Read(ref _lostAt) is var lost && lost == 0 ? TimeSpan.Zero : _time.GetElapsedTime(lost);

    /// <summary>The last failure while there is one.</summary>
    public KubeApiException? LastError { get; private set; }

    /// <summary>Calls <paramref name="listener"/> after every change of <see cref="Items"/>, and once after the first list even when it is empty.</summary>
    /// <remarks>It is called on the informer's own thread: it must only note the change.</remarks>
    public void OnChange(Action listener)
    {
        ImmutableInterlocked.Update(ref _listeners, list => list.Add(listener));
        if (HasSynced)
            listener();
    }

    /// <summary>
    /// Calls <paramref name="listener"/> for every object with what it was and what it is: null before it came, and after it went. Objects that are there
    /// already are told of at once.
    /// </summary>
    /// <remarks>Calls come one after the other, in the order of the changes and ahead of those of <see cref="OnChange(Action)"/>; they must return at once.</remarks>
    public void OnObject(Action<T?, T?> listener)
    {
        lock (_gate)
        {
            _objectListeners = _objectListeners.Add(listener);
            foreach (var item in _items.Values)
                listener(null, item);
        }
    }

    /// <summary>Sets <paramref name="signal"/> after every change.</summary>
    public void OnChange(ChangeSignal signal) => OnChange(signal.Set);

    /// <summary>The object of that key, or null.</summary>
    public T? Find(string? ns, string name) => _items.GetValueOrDefault(new ObjectKey(ns ?? "", name));

    /// <summary>Takes in an object as the server just returned it from a write, so that a controller sees its own writes at once.</summary>
    /// <remarks>What the watch has already gone past is ignored, and older news from the watch do not undo it.</remarks>
    public void Observe(T obj)
    {
        lock (_gate)
        {
            var version = obj.Metadata.ResourceVersion;
            if (!HasSynced || !IsNewer(version, _version) || (_items.TryGetValue(obj.Key(), out var known) && !IsNewer(version, known.Metadata.ResourceVersion)))
                return;
            Put(obj.Key(), obj);
        }

        Notify();
    }

    /// <summary>Takes out an object that the server just confirmed to be gone.</summary>
    public void ObserveDeleted(T obj)
    {
        lock (_gate)
        {
            if (!_items.TryGetValue(obj.Key(), out var known) || known.Metadata.Uid != obj.Metadata.Uid)
                return;
            Put(obj.Key(), null);
            _gone.Add(obj.Metadata.Uid ?? "");
        }

        Notify();
    }

    /// <summary>The snapshots as they come; those that come while the reader works are left out but for the last.</summary>
    public async IAsyncEnumerable<ImmutableDictionary<ObjectKey, T>> ReadAllAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        var signal = new ChangeSignal();
        OnChange(signal);
        while (true)
        {
            await signal.WaitAsync(cancel).ConfigureAwait(false);
            yield return _items;
        }
    }

    /// <summary>Lists and watches until cancelled; failures are waited out.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var listed = false;
        var expired = false;
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                if (!listed)
                    await RelistAsync(expired, cancel).ConfigureAwait(false);
                listed = true;
                await WatchOnceAsync(cancel).ConfigureAwait(false);
            }
            catch (KubeApiException error)
            {
                expired = error.IsExpired;
                listed = listed && error is { IsUnreachable: true, Reason: "Unreachable" };
                if (!await FailAsync(error, cancel).ConfigureAwait(false))
                    return;
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task RelistAsync(bool newest, CancellationToken cancel)
    {
        var options = Selection with { ResourceVersion = newest || _options.Consistent ? null : "0" };
        var list = await _client.ListAsync(Resource, _options.Namespace, options, _decode, cancel).ConfigureAwait(false);
        foreach (var line in list.Unreadable)
            InformerLog.Unreadable(_logger, line);
        Heard();
        if (Replace(list) | _synced.TrySetResult())
            Notify();
    }

    private bool Replace(KubeList<T> list)
    {
        lock (_gate)
        {
            var old = _items;
            var items = ImmutableDictionary.CreateBuilder<ObjectKey, T>();
            foreach (var item in list.Items)
                items[item.Key()] = old.GetValueOrDefault(item.Key()) is { } known && Same(known, item) ? known : item;
            foreach (var (key, item) in old)
            {
                if (IsNewer(item.Metadata.ResourceVersion, list.ResourceVersion))
                    items[key] = item;
            }

            _gone.Clear();
            _version = list.ResourceVersion;
            if (items.Count == old.Count && items.All(entry => ReferenceEquals(old.GetValueOrDefault(entry.Key), entry.Value)))
                return false;
            _items = items.ToImmutable();
            Tell(old, _items);
            return true;
        }
    }

    private void Put(ObjectKey key, T? item)
    {
        var before = _items.GetValueOrDefault(key);
        _items = item is null ? _items.Remove(key) : _items.SetItem(key, item);
        Tell(before, item);
    }

    private void Tell(ImmutableDictionary<ObjectKey, T> before, ImmutableDictionary<ObjectKey, T> after)
    {
        if (_objectListeners.IsEmpty)
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
        foreach (var listener in _objectListeners)
            listener(before, after);
    }

    private async Task WatchOnceAsync(CancellationToken cancel)
    {
        var started = _time.GetTimestamp();
        var options = Selection with { ResourceVersion = _version };
        await foreach (var change in _client.WatchAsync(Resource, _options.Namespace, options, _decode, Heard, cancel).ConfigureAwait(false))
            Apply(change);

        // A stream that the server ends at once, again and again, must not become a busy loop.
        if (_time.GetElapsedTime(started) < TimeSpan.FromSeconds(1))
            await Task.Delay(_options.FirstBackoff, _time, cancel).ConfigureAwait(false);
    }

    private void Apply(WatchEvent<T> change)
    {
        if (change.Type == WatchEventType.Bookmark)
        {
            _version = change.ResourceVersion.Length > 0 ? change.ResourceVersion : _version;
            return;
        }

        lock (_gate)
        {
            _version = change.ResourceVersion.Length > 0 ? change.ResourceVersion : _version;
            var key = change.Object.Key();
            if (_items.TryGetValue(key, out var known) && IsNewer(known.Metadata.ResourceVersion, change.ResourceVersion))
                return;
            if (change.Type == WatchEventType.Deleted)
                Put(key, null);
            else if (!_gone.Contains(change.Object.Metadata.Uid ?? ""))
                Put(key, change.Object);
            if (change.Type == WatchEventType.Deleted)
                _gone.Remove(change.Object.Metadata.Uid ?? "");
        }

        Notify();
    }

    private async Task<bool> FailAsync(KubeApiException error, CancellationToken cancel)
    {
        // Only a connection that stood for a while counts as a success: one that is answered with garbage must not be tried in a loop.
        if (StaleFor == TimeSpan.Zero && _time.GetElapsedTime(_heardAt) > SteadyAfter)
            _backoff.Reset();
        Interlocked.CompareExchange(ref _lostAt, _time.GetTimestamp(), 0);
        if (LastError?.Reason != error.Reason)
            InformerLog.Lost(_logger, Resource.Plural, error.Message);
        LastError = error;
        try
        {
            if (!error.IsExpired || _backoff.Failed)
                await _backoff.WaitAsync(cancel).ConfigureAwait(false);
            else
                _backoff.Next();
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Heard()
    {
        if (LastError is not null)
            InformerLog.Back(_logger, Resource.Plural);
        LastError = null;
        Volatile.Write(ref _lostAt, 0);
        _heardAt = _time.GetTimestamp();
    }

    private void Notify()
    {
        foreach (var listener in _listeners)
            listener();
    }

    private static bool Same(T left, T right) =>
        left.Metadata.Uid == right.Metadata.Uid && left.Metadata.ResourceVersion == right.Metadata.ResourceVersion;

    /// <summary>Resource versions are numbers that grow with every write (KEP-5504); where they are not, nothing is newer.</summary>
    private static bool IsNewer(string? version, string? other) =>
        ulong.TryParse(version, out var left) && ulong.TryParse(other, out var right) && left > right;

    private ListOptions Selection => new() { LabelSelector = _options.LabelSelector, FieldSelector = _options.FieldSelector };
}
