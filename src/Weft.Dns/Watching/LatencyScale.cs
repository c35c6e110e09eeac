namespace Weft.Dns.Watching;

/// <summary>Times in steps of an eighth of their power of two, from a microsecond to a minute: enough for percentiles, in bounded memory.</summary>
internal sealed class LatencyScale
{
    private const int StepsPerDoubling = 8, Doublings = 26;

    private readonly long[] _counts = new long[StepsPerDoubling * Doublings];
    private long _total;

    /// <summary>Notes a time.</summary>
    public void Add(TimeSpan time)
    {
        var step = (int)Math.Ceiling(Math.Log2(Math.Max(1, time.TotalMicroseconds)) * StepsPerDoubling);
        _counts[Math.Min(step, _counts.Length - 1)]++;
        _total++;
    }

    /// <summary>The time that this part of all did not exceed, up to 9 % too long; zero without any.</summary>
    /// <param name="part">0.5 is the median.</param>
    public TimeSpan Percentile(double part)
    {
        var left = (long)Math.Ceiling(_total * part);
        for (var step = 0; step < _counts.Length && _total > 0; step++)
        {
            left -= _counts[step];
            if (left <= 0)
                return TimeSpan.FromMicroseconds(Math.Pow(2, (double)step / StepsPerDoubling));
        }

        return TimeSpan.Zero;
    }
}
