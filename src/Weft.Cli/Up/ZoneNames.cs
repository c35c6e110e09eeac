using System.Globalization;

namespace Weft.Cli.Up;

/// <summary>The value of <c>--zones</c>: how many, or their names.</summary>
internal static class ZoneNames
{
    private const int Most = 100;

    // A label's value (Kubernetes, "Labels and Selectors").
    private const int LongestName = 63;

    /// <exception cref="UsageException">It is neither.</exception>
    public static IReadOnlyList<string> Read(string text)
    {
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count))
        {
            return count is >= 0 and <= Most
                ? [.. Enumerable.Range(1, count).Select(number => $"zone-{number.ToString(CultureInfo.InvariantCulture)}")]
                : throw new UsageException($"--zones {text}: a lab has 0 to {Most} zones");
        }

        var names = text.Split(',');
        if (names.FirstOrDefault(name => !IsLabelValue(name)) is { } bad)
            throw new UsageException($"--zones {text}: '{bad}' cannot name a zone, it must be fit for a label: letters, digits, '-', '_' and '.', at most {LongestName}");
        return names;
    }

    private static bool IsLabelValue(string name) =>
        name.Length is > 0 and <= LongestName
        && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
