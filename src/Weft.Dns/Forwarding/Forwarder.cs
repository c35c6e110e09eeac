using System.Collections.Concurrent;
using System.Security.Cryptography;
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
/// The first server that is well is asked; when it fails or is slow, the next. One that failed rests, and is asked only when all others failed as well. Answers
/// that are about to end are asked for again while the old one is still given.
/// </remarks>
public sealed class Forwarder
{
    private const int EmptyOpt = 11;

    private readonly UpstreamState[] _upstreams;
    private readonly ForwarderOptions _options;
    private readonly AnswerCache _cache;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<(DnsName Name, DnsType Type), Task<Forwarded>> _asked = new();
    private readonly ConcurrentBag<AnswerReader> _readers = [];
    private int _inFlight;

    /// <summary>Begins with an empty memory.</summary>
    public Forwarder(IReadOnlyList<IUpstream> upstreams, ForwarderOptions options, TimeProvider time)
        : this([.. upstreams.Select(upstream => new UpstreamState(upstream))], options, new AnswerCache(options.Cache.Entries), time)
    {
    }

    /// <summary>Goes on with what is known of servers and what they said.</summary>
    internal Forwarder(UpstreamState[] upstreams, ForwarderOptions options, AnswerCache cache, TimeProvider time) =>
        (_upstreams, _options, _cache, _time) = (upstreams, options, cache, time);

    internal AnswerCache Cache => _cache;

    /// <summary>How many answers are remembered.</summary>
    public int Remembered => _cache.Count;

    /// <summary>The answer in memory that holds; null when others must be asked. Starts asking again when it is about to end.</summary>
    public CachedAnswer? Find(ReadOnlySpan<byte> name, DnsType type)
    {
        var now = _time.GetUtcNow();
        if (_cache.Find(name, type) is not { } known || known.IsStale(now))
            return null;
        if (known.IsEnding(now))
            _ = Ask(DnsName.FromWire(name), type);
        return known;
    }

    /// <summary>The answer in memory that holds, else what others say; somebody may be asking them already.</summary>
    public async ValueTask<Forwarded> AskAsync(DnsName name, DnsType type)
    {
        if (Find(name.Wire, type) is { } known)
            return new Forwarded(known);
        var asking = Ask(name, type);
        var old = _cache.Find(name.Wire, type) is { } ended && _time.GetUtcNow() - ended.Stored < ended.Ttl + _options.Cache.MaxStale ? ended : null;
        if (old is null)
            return await asking.ConfigureAwait(false);
        try
        {
            var forwarded = await asking.WaitAsync(_options.StaleAfter, _time).ConfigureAwait(false);
            return forwarded.Answer is not null ? forwarded : new Forwarded(old, IsStale: true, forwarded.Failure);
        }
        catch (TimeoutException)
        {
            return new Forwarded(old, IsStale: true, "no server has answered yet");
        }
    }

    private Task<Forwarded> Ask(DnsName name, DnsType type)
    {
        if (_asked.TryGetValue((name, type), out var running))
            return running;
        if (Interlocked.Increment(ref _inFlight) > _options.MostInFlight)
        {
            Interlocked.Decrement(ref _inFlight);
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
            _cache.Keep(name.Wire, type, answer);
        _asked.TryRemove((name, type), out _);
        Interlocked.Decrement(ref _inFlight);
        source.SetResult(outcome);
    }

    private async Task<Forwarded> AskAroundAsync(DnsName name, DnsType type)
    {
        using var patience = new CancellationTokenSource(_options.Patience, _time);
        var failure = "there is no server to ask";
        var answer = new byte[ushort.MaxValue];
        foreach (var (upstream, last) in Order())
        {
            if (patience.IsCancellationRequested)
                break;
            var query = Query(name, type);
            using var attempt = last ? new CancellationTokenSource() : new CancellationTokenSource(_options.Attempt, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, attempt.Token);
            var started = _time.GetTimestamp();
            try
            {
                var length = await upstream.Upstream.ExchangeAsync(query, answer, either.Token).ConfigureAwait(false);
                if (Read(answer.AsSpan(0, length), name, type) is { } read)
                {
                    upstream.Answered();
                    return new Forwarded(read);
                }

                // It is well, but cannot answer this: perhaps another one can.
                failure = $"{upstream.Upstream.Name} answers {DnsHeader.Read(answer).Code}";
                continue;
            }
            catch (UpstreamException e)
            {
                failure = e.Message;
            }
            catch (OperationCanceledException)
            {
                failure = $"{upstream.Upstream.Name}: no answer within {_time.GetElapsedTime(started).TotalSeconds:0.0} s";
            }

            upstream.Failed(_time.GetUtcNow(), _options.Rest);
        }

        return new Forwarded(null, Failure: failure);
    }

    /// <summary>The servers as they are given, those that rest behind the others.</summary>
    private IEnumerable<(UpstreamState Upstream, bool IsLast)> Order()
    {
        var now = _time.GetUtcNow();
        var order = _upstreams.OrderBy(upstream => upstream.Rests(now)).ToList();
        return order.Select((upstream, i) => (upstream, i == order.Count - 1));
    }

    private CachedAnswer? Read(ReadOnlySpan<byte> message, DnsName name, DnsType type)
    {
        if (!_readers.TryTake(out var reader))
            reader = new AnswerReader(_options.Cache);
        var answer = reader.Read(message, name.Wire, type, _time.GetUtcNow());
        _readers.Add(reader);
        return answer;
    }

    private byte[] Query(DnsName name, DnsType type)
    {
        Span<byte> random = stackalloc byte[2 + DnsName.MaxLength];
        RandomNumberGenerator.Fill(random);
        Span<byte> mixed = stackalloc byte[name.Wire.Length];
        for (var i = 0; i < mixed.Length; i++)
        {
            var lower = NameBytes.Lower(name.Wire[i]);
            mixed[i] = _options.MixCase && lower is >= (byte)'a' and <= (byte)'z' && (random[2 + i] & 1) != 0 ? (byte)(lower & ~0x20) : lower;
        }

        var writer = new MessageWriter(new byte[DnsHeader.Length + mixed.Length + 4 + EmptyOpt]);
        writer.TryWriteQuestion(mixed, type);
        Edns.TryWrite(ref writer, Serving.Responder.LongestDatagram, DnsCode.NoError, wantsSignatures: false, []);
        return writer.Finish(new DnsHeader((ushort)(random[0] << 8 | random[1]), DnsFlags.RecursionDesired, 1, Additional: 1)).ToArray();
    }
}
