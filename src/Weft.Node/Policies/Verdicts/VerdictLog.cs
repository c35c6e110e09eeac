using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Weft.Node.Policies.Verdicts;

/// <summary>The latest verdicts, and a stream of those to come for whoever follows.</summary>
/// <remarks>One writes, many read. Nobody who reads slowly holds the writer up: what does not fit his queue he is told of as missed.</remarks>
internal sealed class VerdictLog
{
    /// <summary>How many it holds.</summary>
    public const int Held = 1000;

    private readonly Lock _gate = new();
    private readonly NamedVerdict[] _ring = new NamedVerdict[Held];
    private readonly List<Follower> _followers = [];
    private long _count, _missed;

    /// <summary>How many were missed since the start: the kernel had them, and nobody read them in time.</summary>
    public long Missed => Volatile.Read(ref _missed);

    /// <summary>How many the kernel told of since the start, with those that were missed.</summary>
    public long Heard
    {
        get
        {
            lock (_gate)
                return _count + _missed;
        }
    }

    /// <summary>Adds a verdict.</summary>
    public void Add(NamedVerdict verdict)
    {
        lock (_gate)
        {
            _ring[_count++ % Held] = verdict;
            foreach (var follower in _followers)
                follower.Add(verdict);
        }
    }

    /// <summary>Notes that the kernel had more.</summary>
    public void Miss(long packets)
    {
        lock (_gate)
        {
            _missed += packets;
            foreach (var follower in _followers)
                follower.Miss(packets);
        }
    }

    /// <summary>What it holds, the oldest first; then, for followers, that this was it, and whatever comes until cancelled.</summary>
    public async IAsyncEnumerable<VerdictLine> ReadAsync(bool follow, [EnumeratorCancellation] CancellationToken cancel)
    {
        var follower = new Follower();
        var (held, missed) = Enter(follow ? follower : null);
        try
        {
            foreach (var verdict in held)
                yield return new VerdictLine { Verdict = verdict };
            if (missed > 0)
                yield return new VerdictLine { Missed = missed };
            if (!follow)
                yield break;
            yield return new VerdictLine { IsLive = true };
            while (await follower.Queue.Reader.WaitToReadAsync(cancel).ConfigureAwait(false))
            {
                follower.Queue.Reader.TryRead(out var verdict);
                if (follower.TakeMissed() is > 0 and var more)
                    yield return new VerdictLine { Missed = more };
                if (verdict is not null)
                    yield return new VerdictLine { Verdict = verdict };
            }
        }
        finally
        {
            lock (_gate)
                _followers.Remove(follower);
        }
    }

    private (NamedVerdict[] Held, long Missed) Enter(Follower? follower)
    {
        lock (_gate)
        {
            if (follower is not null)
                _followers.Add(follower);
            var first = long.Max(0, _count - Held);
            var held = new NamedVerdict[_count - first];
            for (var i = 0; i < held.Length; i++)
                held[i] = _ring[(first + i) % Held];
            return (held, _missed);
        }
    }

    /// <summary>Somebody who follows; a null in the queue only wakes him.</summary>
    private sealed class Follower
    {
        private long _missed;

        public Channel<NamedVerdict?> Queue { get; } = Channel.CreateBounded<NamedVerdict?>(new BoundedChannelOptions(Held) { SingleReader = true });

        public void Add(NamedVerdict verdict)
        {
            if (!Queue.Writer.TryWrite(verdict))
                Interlocked.Increment(ref _missed);
        }

        public void Miss(long packets)
        {
            Interlocked.Add(ref _missed, packets);
            Queue.Writer.TryWrite(null);
        }

        public long TakeMissed() => Interlocked.Exchange(ref _missed, 0);
    }
}
