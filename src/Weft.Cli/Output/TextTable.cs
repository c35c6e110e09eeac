namespace Weft.Cli.Output;

/// <summary>Columns of text aligned as kubectl aligns them: three spaces apart, never wrapped, so that scripts can cut them.</summary>
internal sealed class TextTable(params string[] header)
{
    private readonly List<string[]> _rows = [header];

    /// <summary>Adds a row; a missing value shows as <c>-</c>.</summary>
    public void Add(params string?[] cells) => _rows.Add([.. cells.Select(cell => string.IsNullOrEmpty(cell) ? "-" : cell)]);

    /// <summary>Prints all rows.</summary>
    public void Write(TextWriter writer)
    {
        var widths = Enumerable.Range(0, header.Length).Select(column => _rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in _rows)
        {
            var line = string.Concat(row.Select((cell, column) => column == row.Length - 1 ? cell : cell.PadRight(widths[column] + 3)));
            writer.WriteLine(line.TrimEnd());
        }
    }
}
