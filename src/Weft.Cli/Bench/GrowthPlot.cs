using System.Globalization;
using System.Text;

namespace Weft.Cli.Bench;

/// <summary>First programming and one change over the number of objects, as a picture.</summary>
internal static class GrowthPlot
{
    private const int Left = 70, Top = 40, Width = 560, Height = 300;

    /// <summary>One size.</summary>
    /// <param name="Size">How many objects.</param>
    /// <param name="First">Seconds of the first programming.</param>
    /// <param name="Change">Milliseconds of one change, median.</param>
    public readonly record struct Point(int Size, double First, double Change);

    /// <summary>Draws two lines with an axis each: seconds on the left, milliseconds on the right.</summary>
    /// <param name="objects">What is counted below the picture.</param>
    /// <param name="change">What one change is.</param>
    /// <param name="growth">The sizes, smallest first.</param>
    public static string Draw(string objects, string change, IReadOnlyList<Point> growth)
    {
        var largest = growth.Max(point => point.Size);
        var (seconds, milliseconds) = (Ceiling(growth.Max(point => point.First)), Ceiling(growth.Max(point => point.Change)));
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $$"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{Left + Width + 70}} {{Top + Height + 60}}" font-family="system-ui, sans-serif" font-size="13">
              <style>
                .axis { stroke: #3b4a5a; fill: none; }
                .grid { stroke: #d5dce3; }
                .first { stroke: #3a7bb5; fill: none; stroke-width: 2.5; }
                .change { stroke: #c08a1e; fill: none; stroke-width: 2.5; stroke-dasharray: 6 4; }
                text { fill: #1d2733; }
              </style>
              <rect width="100%" height="100%" fill="#ffffff"/>

            """);
        Grid(text, largest, seconds, milliseconds);
        Line(text, "first", growth.Select(point => (point.Size / (double)largest, point.First / seconds)));
        Line(text, "change", growth.Select(point => (point.Size / (double)largest, point.Change / milliseconds)));
        text.Append(CultureInfo.InvariantCulture, $"""
              <text x="{Left}" y="22" style="fill:#3a7bb5">first programming, s (left)</text>
              <text x="{Left + Width}" y="22" text-anchor="end" style="fill:#c08a1e">{change}, median, ms (right)</text>
              <text x="{Left + (Width / 2)}" y="{Top + Height + 45}" text-anchor="middle">{objects}</text>
            </svg>

            """);
        return text.ToString();
    }

    private static void Grid(StringBuilder text, int largest, double seconds, double milliseconds)
    {
        for (var step = 0; step <= 5; step++)
        {
            var (x, y) = (Left + (Width * step / 5), Top + Height - (Height * step / 5));
            text.Append(CultureInfo.InvariantCulture, $"""
                  <line class="grid" x1="{Left}" y1="{y}" x2="{Left + Width}" y2="{y}"/>
                  <text x="{Left - 8}" y="{y + 4}" text-anchor="end">{seconds * step / 5:0.##}</text>
                  <text x="{Left + Width + 8}" y="{y + 4}">{milliseconds * step / 5:0.##}</text>
                  <text x="{x}" y="{Top + Height + 20}" text-anchor="middle">{largest * step / 5:N0}</text>

                """);
        }

        text.Append(CultureInfo.InvariantCulture, $"""  <path class="axis" d="M{Left} {Top} V{Top + Height} H{Left + Width} V{Top}"/>""").Append('\n');
    }

    private static void Line(StringBuilder text, string name, IEnumerable<(double X, double Y)> points)
    {
        var path = string.Join(" L", points.Select(point =>
            string.Create(CultureInfo.InvariantCulture, $"{Left + (point.X * Width):0.#} {Top + Height - (point.Y * Height):0.#}")));
        text.Append(CultureInfo.InvariantCulture, $"""  <path class="{name}" d="M{path}"/>""").Append('\n');
    }

    /// <summary>The next number of one digit.</summary>
    private static double Ceiling(double value)
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return Math.Ceiling(value / unit) * unit;
    }
}
