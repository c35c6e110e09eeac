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
public class ObjectInformer<T> : IInformerState
    where T : class, IKubeObject
{
    private static readonly TimeSpan SteadyAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(1);
    private readonly KubeClient _client;
    private readonly DecodeObject<T> _decode;
    private readonly ObjectCopy<T> _copy = new();
    private readonly InformerOptions _options;
    private readonly TimeProvider _time;
    private readonly Backoff _backoff;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableArray<Action> _listeners = [];
    private long _lostAt;
    private long _heardAt;

    internal ObjectInformer(KubeClient client, ResourceType resource, DecodeObject<T> decode, InformerOptions? options)
    {
        (_client, _decode, Resource) = (client, decode, resource);
        _options = options ?? new InformerOptions();
        _time = _options.Time ?? client.Time;
        _backoff = new Backoff(_options.FirstBackoff, _options.LongestBackoff, _time);
        _logger = _options.Logger ?? NullLogger.Instance;
        _lostAt = _time.GetTimestamp();
    }

    /// <inheritdoc/>
    public ResourceType Resource { get; }

    /// <summary>The objects as last heard.</summary>
    public ImmutableDictionary<ObjectKey, T> Items => _copy.Items;

    /// <summary>The resource version up to which <see cref="Items"/> is complete.</summary>
    public string ResourceVersion => _copy.Version;

    /// <summary>Completes with the first full list.</summary>
    public Task Synced => _synced.Task;

    /// <inheritdoc/>
    public bool HasSynced => _synced.Task.IsCompletedSuccessfully;

    /// <inheritdoc/>
    public TimeSpan StaleFor => Volatile.Read(ref _lostAt) is var lost && lost == 0 ? TimeSpan.Zero : _time.GetElapsedTime(lost);

    /// <inheritdoc/>
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
    public void OnObject(Action<T?, T?> listener) => _copy.Listen(listener);

    /// <summary>Sets <paramref name="signal"/> after every change.</summary>
    public void OnChange(ChangeSignal signal) => OnChange(signal.Set);

    /// <summary>The object of that key, or null.</summary>
    public T? Find(string? ns, string name) => Items.GetValueOrDefault(new ObjectKey(ns ?? "", name));

    /// <summary>Takes in an object as the server just returned it from a write, so that a controller sees its own writes at once.</summary>
    /// <remarks>What the watch has already gone past is ignored, and older news from the watch do not undo it.</remarks>
    public void Observe(T obj)
    {
        if (HasSynced && _copy.Observe(obj))
            Notify();
    }

    /// <summary>Takes out an object that the server just confirmed to be gone.</summary>
    public void ObserveDeleted(T obj)
    {
        if (_copy.ObserveDeleted(obj))
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
            yield return Items;
        }
    }

    /// <summary>Lists and watches until cancelled; failures are waited out.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var (listed, wasAway) = (false, false);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                if (!listed || (wasAway && await WentBackAsync(cancel).ConfigureAwait(false)))
                    await RelistAsync(cancel).ConfigureAwait(false);
                (listed, wasAway) = (true, false);
                await WatchOnceAsync(cancel).ConfigureAwait(false);
            }
            catch (KubeApiException error)
            {
                wasAway = wasAway || (error.IsUnreachable && StaleFor > TimeSpan.Zero);
                var absent = !listed && _options.Optional && error.Code is 403 or 404;
                if (!await (absent ? GoWithoutAsync(error, cancel) : FailAsync(error, cancel)).ConfigureAwait(false))
                    return;
                listed = listed && error.AllowsToResume && StaleFor < _options.RelistAfter;
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task RelistAsync(CancellationToken cancel)
    {
        var list = await _client.ListAsync(Resource, _options.Namespace, Selection, _decode, cancel).ConfigureAwait(false);
        foreach (var line in list.Unreadable)
            InformerLog.Unreadable(_logger, line);
        Heard();
        if (_copy.Replace(list) | _synced.TrySetResult())
            Notify();
    }

    /// <summary>Whether a server that was away came back with an older state: it would keep silent on a watch from a version that it has yet to reach.</summary>
    private async Task<bool> WentBackAsync(CancellationToken cancel) =>
        ResourceVersions.IsNewer(_copy.Version, await _client.VersionAsync(Resource, _options.Namespace, cancel).ConfigureAwait(false));

    private async Task WatchOnceAsync(CancellationToken cancel)
    {
        var started = _time.GetTimestamp();
        var options = Selection with { ResourceVersion = _copy.Version };
        await foreach (var change in _client.WatchAsync(Resource, _options.Namespace, options, _decode, Heard, cancel).ConfigureAwait(false))
        {
            if (_copy.Apply(change))
                Notify();
        }

        // A stream that the server ends at once, again and again, must not become a busy loop.
        if (_time.GetElapsedTime(started) < SteadyAfter)
            await _backoff.WaitAsync(cancel).ConfigureAwait(false);
        else
            _backoff.Reset();
    }

    /// <summary>Waits out a failure, at least as long as the server asks for.</summary>
    /// <returns>False when cancelled meanwhile.</returns>
    private async Task<bool> FailAsync(KubeApiException error, CancellationToken cancel)
    {
        // Only a connection that stood for a while counts as a success: one that is answered with garbage must not be tried in a loop.
        if (StaleFor == TimeSpan.Zero && _time.GetElapsedTime(_heardAt) > SteadyAfter)
            _backoff.Reset();
        Interlocked.CompareExchange(ref _lostAt, _time.GetTimestamp(), 0);
        if (LastError?.Reason != error.Reason)
            InformerLog.Lost(_logger, Resource.Plural, error.Message);
        LastError = error;
        var atOnce = error.IsExpired && !_backoff.Failed;
        var wait = _backoff.Next();
        if (error.RetryAfter is { } asked && asked > TimeSpan.Zero)
            wait += asked < LongestRetryAfter ? asked : LongestRetryAfter;
        return await WaitAsync(atOnce ? TimeSpan.Zero : wait, cancel).ConfigureAwait(false);
    }

    /// <summary>A kind that may be absent is, or is not ours to read: an empty list, until a later look.</summary>
    private async Task<bool> GoWithoutAsync(KubeApiException error, CancellationToken cancel)
    {
        if (error.Code == 403 && LastError is null)
            InformerLog.Without(_logger, Resource.Plural, error.Message);
        LastError = error;
        Volatile.Write(ref _lostAt, 0);
        if (_copy.Replace(new KubeList<T>([], "", [])) | _synced.TrySetResult())
            Notify();
        return await WaitAsync(_options.LookAgain, cancel).ConfigureAwait(false);
    }

    private async Task<bool> WaitAsync(TimeSpan wait, CancellationToken cancel)
    {
        try
        {
            await Task.Delay(wait, _time, cancel).ConfigureAwait(false);
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

    private ListOptions Selection => new() { LabelSelector = _options.LabelSelector, FieldSelector = _options.FieldSelector };
}
