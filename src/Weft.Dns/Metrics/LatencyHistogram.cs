using System.Globalization;
using System.Text;

namespace Weft.Dns.Metrics;

/// <summary>Counts values in buckets, as Prometheus has it, without a lock.</summary>
/// <param name="bounds">Upper bounds, ascending; null: 16 from 0.25 ms on, each twice the one before, in seconds, as CoreDNS.</param>
internal sealed class LatencyHistogram(double[]? bounds = null)
{
    private static readonly double[] Seconds = [.. Enumerable.Range(0, 16).Select(i => 0.00025 * Math.Pow(2, i))];

    /// <summary>Bytes of messages, as CoreDNS.</summary>
    public static readonly double[] Bytes = [0, 100, 200, 300, 400, 511, 1023, 2047, 4095, 8291, 16000, 32000, 48000, 64000];

    private readonly double[] _bounds = bounds ?? Seconds;
    private readonly long[] _counts = new long[(bounds ?? Seconds).Length + 1];
    private double _sum;

    /// <summary>Notes a value.</summary>
    public void Observe(double value)
    {
        var index = Array.BinarySearch(_bounds, value);
        Interlocked.Increment(ref _counts[index < 0 ? ~index : index]);
        double sum;
        do
            sum = Volatile.Read(ref _sum);
        while (Interlocked.CompareExchange(ref _sum, sum + value, sum) != sum);
    }

    /// <summary>Appends its lines of the text format.</summary>
    /// <param name="text">To this.</param>
    /// <param name="name">Name of the metric.</param>
    /// <param name="labels">Labels such as <c>proto="udp"</c>.</param>
    public void Write(StringBuilder text, string name, string labels)
    {
        var total = 0L;
        for (var i = 0; i <= _bounds.Length; i++)
        {
            total += Interlocked.Read(ref _counts[i]);
            var bound = i < _bounds.Length ? _bounds[i].ToString("R", CultureInfo.InvariantCulture) : "+Inf";
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels},le=\"{bound}\"}} {total}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{name}_sum{{{labels}}} {Volatile.Read(ref _sum):R}\n{name}_count{{{labels}}} {total}\n");
    }
}
