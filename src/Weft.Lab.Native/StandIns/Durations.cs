using System.Globalization;

namespace Weft.Lab.Native.StandIns;

/// <summary>Times as annotations write them: <c>250ms</c>, <c>1.5s</c>, <c>2m</c>.</summary>
internal static class Durations
{
    /// <summary>Reads one in milliseconds, cut to <see cref="Limits.Delay"/>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out int milliseconds)
    {
        milliseconds = 0;
        var unit = text.IndexOfAnyExcept("0123456789.");
        if (unit <= 0 || !double.TryParse(text[..unit], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            return false;
        var factor = text[unit..] switch { "ms" => 1, "s" => 1000, "m" => 60_000, _ => 0 };
        milliseconds = (int)Math.Min(value * factor, Limits.Delay);
        return factor != 0;
    }
}
