using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Node.Policies.Domains;

/// <summary>Addresses that names of policies were said to have by this node's cluster DNS, and whether the kernel knows them.</summary>
/// <remarks>Facts come from threads that answer questions; the turns of the policies take them, and say when they are in force. Safe for concurrent use.</remarks>
internal sealed class LearnedDomains
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1), BetweenWrites = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly DomainLimits _limits;
    private readonly DomainFile _file;
    private readonly Action _wake;
    private readonly Dictionary<(DnsName Name, IpAddress Address), LearnedDomain> _known = [];
    private readonly List<(long Version, TaskCompletionSource Done)> _waiting = [];
    private readonly DateTimeOffset _started;
    private volatile DomainPatterns? _patterns;
    private EquatableArray<ClusterNetworkPolicy> _policies;
    private EquatableArray<DomainAddress> _taken;
    private long _version = 1, _takenVersion, _inForce, _held;
    private bool _isOther = true, _isRefreshed;
    private DateTimeOffset _written;

    /// <param name="time">The clock.</param>
    /// <param name="file">Where it is remembered.</param>
    /// <param name="wake">Asks for a turn of the policies.</param>
    /// <param name="limits">How long, and how many.</param>
    public LearnedDomains(TimeProvider time, DomainFile file, Action wake, DomainLimits? limits = null)
    {
        (_time, _file, _wake, _limits) = (time, file, wake, limits ?? new DomainLimits());
        _started = time.GetUtcNow();
        foreach (var item in file.Read())
        {
            item.Version = _version;
            _known[(item.Fact.Name, item.Fact.Address)] = item;
        }
    }

    /// <summary>How many answers were held back until the kernel knew what they say.</summary>
    public long Held => Interlocked.Read(ref _held);

    /// <summary>How many addresses of names hold, and how many did.</summary>
    public (int Current, int Past) Count
    {
        get
        {
            lock (_gate)
                return (_known.Values.Count(item => !item.Fact.IsPast), _known.Values.Count(item => item.Fact.IsPast));
        }
    }

    /// <summary>What policies name; null before they are known, for as long as answers wait for that.</summary>
    public DomainPatterns? Patterns => _patterns ?? (_time.GetUtcNow() - _started > _limits.Patience ? new DomainPatterns([]) : null);

    /// <summary>For a turn: follows the policies, and gives what was learned of the names that they name; the same reference while nothing changed.</summary>
    public EquatableArray<DomainAddress> Take(EquatableArray<ClusterNetworkPolicy> policies)
    {
        lock (_gate)
        {
            if (_patterns is null || _policies.AsSpan() != policies.AsSpan())
                Follow(policies);
            Expire();
            if (_isOther)
                _taken = [.. _known.Values.Select(item => item.Fact)];
            _isOther = false;
            _takenVersion = _version;
            return _taken;
        }
    }

    /// <summary>The kernel has what was taken last.</summary>
    public void NoteInForce()
    {
        lock (_gate)
        {
            _inForce = _takenVersion;
            foreach (var (_, done) in _waiting.Where(each => each.Version <= _inForce))
                done.TrySetResult();
        }
    }

    /// <summary>Whether the kernel knows all of this; then it holds for as long as it says from now.</summary>
    public bool Renew(List<DomainFact> facts)
    {
        lock (_gate)
        {
            foreach (var fact in facts)
            {
                if (!_known.TryGetValue((fact.Name, fact.Address), out var item) || item.Fact.IsPast || item.Version > _inForce)
                    return false;
                Extend(item, fact.Ttl);
            }

            return true;
        }
    }

    /// <summary>Learns, and completes when the kernel knows; or when patience ends, as the kernel may refuse.</summary>
    public async ValueTask LearnAsync(List<DomainFact> facts)
    {
        if (Learn(facts) is not { } waiting)
            return;
        Interlocked.Increment(ref _held);
        _wake();
        try
        {
            await waiting.Done.Task.WaitAsync(_limits.Patience, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // A name that cannot be answered would be worse than a rule that comes late.
        }
        finally
        {
            lock (_gate)
                _waiting.Remove(waiting);
        }
    }

    /// <summary>Completes when policies are known; or when patience ends.</summary>
    public ValueTask BeginAsync() => LearnAsync([]);

    /// <summary>Asks for turns when something ceases to hold, and writes down what holds longer. Until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                await Task.Delay(BetweenLooks, _time, cancel).ConfigureAwait(false);
                if (Look())
                    _wake();
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the agent.
        }
    }

    /// <summary>Writes down what was renewed.</summary>
    /// <returns>Whether something holds no more.</returns>
    internal bool Look()
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            if (_isRefreshed && now >= _written + BetweenWrites)
            {
                _file.Write(_known.Values);
                (_isRefreshed, _written) = (false, now);
            }

            return _known.Values.Any(item => !item.Fact.IsPast && item.Until <= now);
        }
    }

    private (long Version, TaskCompletionSource Done)? Learn(List<DomainFact> facts)
    {
        lock (_gate)
        {
            var come = new List<LearnedDomain>();
            var needed = facts.Count == 0 ? _version : 0;
            foreach (var fact in facts)
            {
                if (!_known.TryGetValue((fact.Name, fact.Address), out var item) || item.Fact.IsPast)
                {
                    item = new LearnedDomain(new DomainAddress(fact.Name, fact.Address)) { Until = default, Version = _version + 1 };
                    _known[(fact.Name, fact.Address)] = item;
                    come.Add(item);
                }

                Extend(item, fact.Ttl);
                needed = long.Max(needed, item.Version);
            }

            if (come.Count > 0)
            {
                (_version, _isOther) = (_version + 1, true);
                MakeRoom();
                _file.Append(come);
            }

            if (needed <= _inForce)
                return null;
            var waiting = (needed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            _waiting.Add(waiting);
            return waiting;
        }
    }

    private void Extend(LearnedDomain item, TimeSpan ttl)
    {
        var until = _time.GetUtcNow() + (ttl < _limits.Least ? _limits.Least : ttl > _limits.Most ? _limits.Most : ttl);
        if (until <= item.Until)
            return;
        item.Until = until;
        _isRefreshed = true;
    }

    /// <summary>What no policy names any more is forgotten.</summary>
    private void Follow(EquatableArray<ClusterNetworkPolicy> policies)
    {
        (_policies, _patterns) = (policies, new DomainPatterns(policies));
        Forget(item => !_patterns.Wants(item.Fact.Name.Wire));
    }

    private void Expire()
    {
        var now = _time.GetUtcNow();
        foreach (var item in _known.Values.Where(item => !item.Fact.IsPast && item.Until <= now))
            (item.Fact, _isOther) = (item.Fact with { IsPast = true }, true);
        Forget(item => item.Fact.IsPast && item.Until + _limits.Past <= now);
    }

    private void MakeRoom()
    {
        var tooMany = _known.Count - _limits.Count;
        if (tooMany <= 0)
            return;
        var first = _known.Values.OrderBy(item => !item.Fact.IsPast).ThenBy(item => item.Until).Take(tooMany).ToHashSet();
        Forget(first.Contains);
    }

    private void Forget(Func<LearnedDomain, bool> isOver)
    {
        foreach (var (key, _) in _known.Where(entry => isOver(entry.Value)).ToList())
        {
            _known.Remove(key);
            (_isOther, _isRefreshed) = (true, true);
        }
    }
}
