using System.Globalization;

namespace Weft.Cli.Up;

/// <summary>Durations as kubectl takes them: <c>300ms</c>, <c>60s</c>, <c>2m</c>, <c>1h</c>, or plain seconds.</summary>
internal static class Durations
{
    private static readonly (string Unit, double Milliseconds)[] Units = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("", 1000)];

    /// <exception cref="UsageException">It has another form, or is shorter than a second.</exception>
    public static TimeSpan ParseFromOneSecond(string flag, string text) => Parse(flag, text) is var duration && duration >= TimeSpan.FromSeconds(1)
        ? duration
        : throw new UsageException($"{flag} {text} is too short: 1s or longer");

    /// <exception cref="UsageException">It has another form.</exception>
    public static TimeSpan Parse(string flag, string text)
    {
        foreach (var (unit, milliseconds) in Units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return TimeSpan.FromMilliseconds(number * milliseconds);
            }
        }

        throw new UsageException($"{flag} {text} is not a duration such as 60s, 300ms or 2m");
    }
}
