using System.Globalization;
using Weft.Cli.Output;

namespace Weft.Cli.Bench;

/// <summary>One figure: what was measured, what was promised.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Measured">The median, with its unit.</param>
/// <param name="Limit">What was promised, or null when it is told for information.</param>
/// <param name="Met">Whether the promise is kept.</param>
internal sealed record Figure(string Name, string Measured, string? Limit, bool Met)
{
    public static Figure AtMost(string name, double measured, double limit, string unit) => new(
        name,
        string.Create(CultureInfo.InvariantCulture, $"{measured:0.##} {unit}"),
        string.Create(CultureInfo.InvariantCulture, $"≤ {limit:0.##} {unit}"),
        measured <= limit);

    public static Figure AtLeast(string name, double measured, double limit, string unit) => new(
        name,
        string.Create(CultureInfo.InvariantCulture, $"{measured:0.##} {unit}"),
        string.Create(CultureInfo.InvariantCulture, $"≥ {limit:0.##} {unit}"),
        measured >= limit);

    public static Figure Told(string name, double measured, string unit) =>
        new(name, string.Create(CultureInfo.InvariantCulture, $"{measured:0.##} {unit}"), Limit: null, Met: true);
}

/// <summary>Prints figures as a table and the line that scripts read.</summary>
internal static class Report
{
    public static int Print(string name, IReadOnlyList<Figure> figures)
    {
        var table = new TextTable("FIGURE", "MEASURED", "PROMISED", "");
        foreach (var figure in figures)
            table.Add(figure.Name, figure.Measured, figure.Limit, figure.Limit is null ? " " : figure.Met ? "met" : "MISSED");
        table.Write(Console.Out);
        var missed = figures.Where(figure => !figure.Met).Select(figure => figure.Name).ToArray();
        Console.WriteLine(missed.Length == 0 ? $"{name}: met" : $"{name}: missed {string.Join(", ", missed)}");
        return missed.Length == 0 ? 0 : 1;
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
