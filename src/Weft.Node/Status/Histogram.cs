using System.Globalization;
using System.Text;

namespace Weft.Node.Status;

/// <summary>Counts observations in buckets, as Prometheus has it. Safe for concurrent use.</summary>
/// <param name="bounds">Upper bounds of the buckets, ascending; one without a bound comes on top.</param>
internal sealed class Histogram(params double[] bounds)
{
    private readonly Lock _gate = new();
    private readonly long[] _counts = new long[bounds.Length + 1];
    private double _sum;

    /// <summary><paramref name="count"/> bounds from <paramref name="first"/> on, each <paramref name="factor"/> times the one before.</summary>
    public static double[] Exponential(double first, double factor, int count) => [.. Enumerable.Range(0, count).Select(i => first * Math.Pow(factor, i))];

    /// <summary><paramref name="count"/> bounds from <paramref name="first"/> on, each <paramref name="step"/> more than the one before.</summary>
    public static double[] Linear(double first, double step, int count) => [.. Enumerable.Range(0, count).Select(i => first + (step * i))];

    /// <summary>Notes an observation.</summary>
    public void Observe(double value)
    {
        var index = Array.BinarySearch(bounds, value);
        lock (_gate)
        {
            _counts[index < 0 ? ~index : index]++;
            _sum += value;
        }
    }

    /// <summary>Appends the lines of the text format.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="name">Name of the metric.</param>
    /// <param name="label">One label such as <c>ip_family="IPv4"</c>, or nothing.</param>
    public void Write(StringBuilder text, string name, string label = "")
    {
        lock (_gate)
        {
            var total = 0L;
            var comma = label.Length > 0 ? "," : "";
            for (var i = 0; i <= bounds.Length; i++)
            {
                total += _counts[i];
                var bound = i < bounds.Length ? bounds[i].ToString("R", CultureInfo.InvariantCulture) : "+Inf";
                text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{label}{comma}le=\"{bound}\"}} {total}\n");
            }

            var braces = label.Length > 0 ? $"{{{label}}}" : "";
            text.Append(CultureInfo.InvariantCulture, $"{name}_sum{braces} {_sum:R}\n{name}_count{braces} {total}\n");
        }
    }
}
