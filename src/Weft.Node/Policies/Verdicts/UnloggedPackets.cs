namespace Weft.Node.Policies.Verdicts;

/// <summary>How many packets were denied, or would have been, of which the kernel did not tell: it logs so many in a second and no more, but counts all of them.</summary>
/// <remarks>Rather too few than too many: what a verdict counted before it was replaced may be missing.</remarks>
internal sealed class UnloggedPackets(RuleCounters counters, VerdictLog log, TimeProvider time)
{
    // The kernel keeps packets back for 50 ms, to hand several over at once.
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(100);

    private long _before;

    /// <summary>Notes that the kernel's log is heard from now on.</summary>
    public void Begin() => Volatile.Write(ref _before, Counted() - log.Heard);

    /// <summary>How many there were since it is heard.</summary>
    public async Task<long> CountAsync(CancellationToken cancel)
    {
        var counted = Counted() - Volatile.Read(ref _before);
        if (counted > log.Heard)
            await Task.Delay(Delay, time, cancel).ConfigureAwait(false);
        return long.Max(0, counted - log.Heard);
    }

    private long Counted() => counters.Read().Where(count => !count.Key.Accepts).Sum(count => (long)count.Value);
}
