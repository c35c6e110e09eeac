using System.Globalization;

namespace Weft.Lab.Controllers;

/// <summary>Numbers as a Job's status writes them: <c>1,3-5,7</c>; three or more in a row are a range.</summary>
internal static class IndexSet
{
    /// <summary>The numbers of a text; what is no number is left out.</summary>
    public static SortedSet<int> Parse(string? text)
    {
        var numbers = new SortedSet<int>();
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = part.Split('-');
            if (Number(ends[0]) is { } first && Number(ends[^1]) is { } last)
                numbers.UnionWith(Enumerable.Range(first, Math.Max(0, last - first + 1)));
        }

        return numbers;
    }

    /// <summary>The text of numbers; null when there are none.</summary>
    public static string? Format(SortedSet<int> numbers)
    {
        var parts = new List<string>();
        foreach (var (first, last) in Runs(numbers))
            parts.Add(last - first >= 2 ? $"{first}-{last}" : string.Join(',', Enumerable.Range(first, last - first + 1)));
        return parts.Count == 0 ? null : string.Join(',', parts);
    }

    private static IEnumerable<(int First, int Last)> Runs(SortedSet<int> numbers)
    {
        (int First, int Last)? run = null;
        foreach (var number in numbers)
        {
            if (run is { } open && number != open.Last + 1)
                yield return open;
            run = run is { } growing && number == growing.Last + 1 ? (growing.First, number) : (number, number);
        }

        if (run is { } rest)
            yield return rest;
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
