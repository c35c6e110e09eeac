using System.Collections.Concurrent;
using System.Globalization;
using Weft.Dns.Caching;
using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Dns.Forwarding;

/// <summary>What came of asking others.</summary>
/// <param name="Answer">The answer; null when there is none.</param>
/// <param name="IsStale">Whether it is an old one, given because nobody answers (RFC 8767).</param>
/// <param name="Failure">Why there is no new one.</param>
public readonly record struct Forwarded(CachedAnswer? Answer, bool IsStale = false, string? Failure = null);

/// <summary>Answers names of others: from memory, else by asking servers, each question once however many clients wait for it.</summary>
/// <remarks>
/// The first server that is well is asked; when it fails or is slow, the next. One that failed again and again is asked only when all others failed as well, until it is heard again. While
/// all are such, each question goes to any one of them for a short while (what is known of their health may be wrong), and an old answer is given without waiting for that. Answers that are
/// about to end are asked for again while the old one is still given.
/// </remarks>
public sealed class Forwarder
{
    private readonly UpstreamState[] _upstreams;
    private readonly ForwarderOptions _options;
    private readonly AnswerCache _cache;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<(DnsName Name, DnsType Type), Task<Forwarded>> _asked = new();
    private readonly ConcurrentBag<AnswerReader> _readers = [];
    private int _inFlight;
    private uint _turn = uint.MaxValue;
    private volatile Heard? _last;

    /// <summary>Begins with an empty memory.</summary>
    public Forwarder(IReadOnlyList<IUpstream> upstreams, ForwarderOptions options, TimeProvider time)
        : this([.. upstreams.Select(upstream => new UpstreamState(upstream))], options, new AnswerCache(options.Cache.Entries), time)
    {
    }

    /// <summary>Goes on with what is known of servers and what they said.</summary>
    internal Forwarder(UpstreamState[] upstreams, ForwarderOptions options, AnswerCache cache, TimeProvider time) =>
        (_upstreams, _options, _cache, _time) = (upstreams, options, cache, time);

    internal AnswerCache Cache => _cache;

    /// <summary>What happened here, for metrics.</summary>
    internal ForwarderFigures Figures { get; } = new();

    internal IReadOnlyList<UpstreamState> Upstreams => _upstreams;

    /// <summary>How many answers are remembered.</summary>
    public int Remembered => _cache.Count;

    /// <summary>The answer in memory that holds; null when others must be asked. Starts asking again when it is about to end.</summary>
    public CachedAnswer? Find(ReadOnlySpan<byte> name, DnsType type)
    {
        var now = _time.GetUtcNow();
        if (_cache.Find(name, type) is not { } known || known.IsStale(now))
            return null;
        Figures.Hit(known);
        if (known.IsEnding(now, _options.Cache.Prefetch) && !_asked.ContainsKey((DnsName.FromWire(name), type)))
        {
            Figures.Prefetched();
            _ = Ask(DnsName.FromWire(name), type);
        }

        return known;
    }

    /// <summary>The answer in memory that holds, else what others say; somebody may be asking them already.</summary>
    public async ValueTask<Forwarded> AskAsync(DnsName name, DnsType type)
    {
        if (Find(name.Wire, type) is { } known)
            return new Forwarded(known);
        Figures.Missed();
        var isHopeless = AreAllIll;
        var asking = Ask(name, type);
        var old = _cache.Find(name.Wire, type) is { } ended && _time.GetUtcNow() - ended.Stored < ended.Ttl + _options.Cache.MaxStale ? ended : null;
        if (old is null)
            return await asking.ConfigureAwait(false);
        if (isHopeless)
            return Stale(old, "no server has answered for a while");
        try
        {
            var forwarded = await asking.WaitAsync(_options.StaleAfter, _time).ConfigureAwait(false);
            return forwarded.Answer is not null ? forwarded : Stale(old, forwarded.Failure);
        }
        catch (TimeoutException)
        {
            return Stale(old, "no server has answered yet");
        }
    }

    private bool AreAllIll => _upstreams.Length > 0 && Array.TrueForAll(_upstreams, upstream => upstream.IsIll(_options.MostFailures));

    /// <summary>The answer in memory, whether it holds or not; where nothing is remembered, the last one that came, if it is about this.</summary>
    internal CachedAnswer? Recall(DnsName name, DnsType type) =>
        _cache.Find(name.Wire, type) ?? (_last is { } last && last.Name == name && last.Type == type ? last.Answer : null);

    private Forwarded Stale(CachedAnswer old, string? failure)
    {
        Figures.ServedStale();
        return new Forwarded(old, IsStale: true, failure);
    }

    private Task<Forwarded> Ask(DnsName name, DnsType type)
    {
        if (_asked.TryGetValue((name, type), out var running))
            return running;
        if (Interlocked.Increment(ref _inFlight) > _options.MostInFlight)
        {
            Interlocked.Decrement(ref _inFlight);
            Figures.Rejected();
            return Task.FromResult(new Forwarded(null, Failure: $"{_options.MostInFlight} queries to other servers are under way already"));
        }

        var source = new TaskCompletionSource<Forwarded>(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = _asked.GetOrAdd((name, type), source.Task);
        if (first == source.Task)
            _ = RunAsync(name, type, source);
        else
            Interlocked.Decrement(ref _inFlight);
        return first;
    }

    private async Task RunAsync(DnsName name, DnsType type, TaskCompletionSource<Forwarded> source)
    {
        Forwarded outcome;
        try
        {
            outcome = await AskAroundAsync(name, type).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            outcome = new Forwarded(null, Failure: e.Message);
        }

        if (outcome.Answer is { } answer)
        {
            _last = new Heard(name, type, answer);
            _cache.Keep(name.Wire, type, answer);
        }

        _asked.TryRemove((name, type), out _);
        Interlocked.Decrement(ref _inFlight);
        source.SetResult(outcome);
    }

    private async Task<Forwarded> AskAroundAsync(DnsName name, DnsType type)
    {
        using var patience = new CancellationTokenSource(_options.Patience, _time);
        var failures = new List<string>();
        var answer = new byte[ushort.MaxValue];
        foreach (var (upstream, wait) in Order())
        {
            if (patience.IsCancellationRequested)
                break;
            var query = UpstreamQuery.Write(name, type, _options.MixCase);
            using var attempt = new CancellationTokenSource(wait, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, attempt.Token);
            var started = _time.GetTimestamp();
            try
            {
                var length = await upstream.Upstream.ExchangeAsync(query, answer, either.Token).ConfigureAwait(false);
                if (Read(answer.AsSpan(0, length), name, type) is { } read)
                {
                    read.Origin = new AnswerOrigin(upstream.Upstream.Name, _time.GetElapsedTime(started), failures);
                    upstream.Answered(read.Code.ToString(), read.Origin.Took);
                    return new Forwarded(read);
                }

                // It is well, but cannot answer this: perhaps another one can.
                failures.Add(Refusal(upstream, answer.AsSpan(0, length)));
                upstream.Answered(DnsHeader.Read(answer).Code.ToString(), _time.GetElapsedTime(started));
                continue;
            }
            catch (UpstreamException e)
            {
                failures.Add(e.Message);
            }
            catch (OperationCanceledException)
            {
                failures.Add(string.Create(CultureInfo.InvariantCulture, $"{upstream.Upstream.Name}: no answer within {_time.GetElapsedTime(started).TotalSeconds:0.0} s"));
            }

            upstream.Failed(_options.MostFailures, _options.HealthInterval, _time);
        }

        return new Forwarded(null, Failure: failures.Count == 0 ? "there is no server to ask" : string.Join("; ", failures));
    }

    /// <summary>The servers in the order of the policy, those that are ill behind the others, and how long to wait for each; any one when all are ill.</summary>
    private IEnumerable<(UpstreamState Upstream, TimeSpan Wait)> Order()
    {
        if (AreAllIll)
        {
            Figures.AllIll();
            return [(_upstreams[Random.Shared.Next(_upstreams.Length)], _options.LastResort)];
        }

        var order = (UpstreamState[])_upstreams.Clone();
        if (_options.Policy == UpstreamPolicy.Random)
            Random.Shared.Shuffle(order);
        else if (_options.Policy == UpstreamPolicy.RoundRobin && order.Length > 0)
            order = Rotate(order, (int)(Interlocked.Increment(ref _turn) % (uint)order.Length));
        var sorted = order.OrderBy(upstream => upstream.IsIll(_options.MostFailures)).ToList();
        return sorted.Select((upstream, i) => (upstream, i < sorted.Count - 1 ? _options.Attempt : Timeout.InfiniteTimeSpan));
    }

    private static string Refusal(UpstreamState upstream, ReadOnlySpan<byte> answer) => DnsHeader.Read(answer).Code is var code and not (DnsCode.NoError or DnsCode.NXDomain)
        ? $"{upstream.Upstream.Name} answers {code}"
        : $"{upstream.Upstream.Name} answers what is no sound answer to the question";

    private static UpstreamState[] Rotate(UpstreamState[] servers, int first) => [.. servers[first..], .. servers[..first]];

    private CachedAnswer? Read(ReadOnlySpan<byte> message, DnsName name, DnsType type)
    {
        if (!_readers.TryTake(out var reader))
            reader = new AnswerReader(_options.Cache);
        var answer = reader.Read(message, name.Wire, type, _time.GetUtcNow());
        _readers.Add(reader);
        return answer;
    }

    private sealed record Heard(DnsName Name, DnsType Type, CachedAnswer Answer);
}
