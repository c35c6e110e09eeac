using Weft.Dns.Caching;
using Weft.Dns.Wire;

namespace Weft.Dns.Forwarding;

/// <summary>What happened at a forwarder and its memory, counted. Safe for concurrent use.</summary>
internal sealed class ForwarderFigures
{
    private long _found, _denied, _missed, _prefetched, _stale, _rejected, _allIll;

    /// <summary>Answers in memory that were given: with records, and of what does not exist.</summary>
    public (long Success, long Denial) Hits => (Interlocked.Read(ref _found), Interlocked.Read(ref _denied));

    public long Misses => Interlocked.Read(ref _missed);

    public long Prefetches => Interlocked.Read(ref _prefetched);

    /// <summary>Answers that were given after their end.</summary>
    public long StaleServed => Interlocked.Read(ref _stale);

    /// <summary>Questions that were not forwarded because too many were under way.</summary>
    public long Rejects => Interlocked.Read(ref _rejected);

    /// <summary>Questions for which all servers were ill.</summary>
    public long Broken => Interlocked.Read(ref _allIll);

    public void Hit(CachedAnswer answer) => Interlocked.Increment(ref answer.Code == DnsCode.NXDomain || answer.IsEmpty ? ref _denied : ref _found);

    public void Missed() => Interlocked.Increment(ref _missed);

    public void Prefetched() => Interlocked.Increment(ref _prefetched);

    public void ServedStale() => Interlocked.Increment(ref _stale);

    public void Rejected() => Interlocked.Increment(ref _rejected);

    public void AllIll() => Interlocked.Increment(ref _allIll);
}
