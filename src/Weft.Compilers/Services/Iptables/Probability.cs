using System.Globalization;

namespace Weft.Compilers.Services.Iptables;

/// <summary>The chance of a rule: 1/n, with ten digits. The kernel keeps 31 bits of it, and iptables-save prints those.</summary>
internal static class Probability
{
    private const string Option = "--probability ";
    private const double One = 0x80000000;

    /// <summary>One of <paramref name="n"/>.</summary>
    public static string Of(int n) => (1.0 / n).ToString("0.0000000000", CultureInfo.InvariantCulture);

    /// <summary>A rule of iptables-save, with the chance as it was written where it is one of n; else as it stands.</summary>
    public static string Restore(string rule)
    {
        var start = rule.IndexOf(Option, StringComparison.Ordinal);
        if (start < 0)
            return rule;
        start += Option.Length;
        var end = rule.IndexOf(' ', start);
        if (end < 0)
            end = rule.Length;
        if (!double.TryParse(rule.AsSpan(start..end), NumberStyles.Float, CultureInfo.InvariantCulture, out var chance) || chance <= 0)
            return rule;
        var written = Of((int)Math.Min(Math.Round(1 / chance), int.MaxValue));
        return Kept(double.Parse(written, CultureInfo.InvariantCulture)) == Kept(chance) ? $"{rule[..start]}{written}{rule[end..]}" : rule;
    }

    private static long Kept(double chance) => (long)Math.Round(chance * One);
}
