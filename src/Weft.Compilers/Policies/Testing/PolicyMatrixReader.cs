using System.Text.Json.Nodes;
using Weft.Model;

namespace Weft.Compilers.Policies.Testing;

/// <summary>Reads a truth table: a line of destinations, and a line for each client with a sign for each destination.</summary>
/// <remarks>
/// <code>
/// FROM \ TO    db:6379  db:9121/udp
/// frontend     .        X            # . yes + allowed: reaches; X no - denied: does not; ?: not said
/// mine/*       .        X
/// </code>
/// A table as <c>weft probe</c> prints it is understood when its times are: they are written with a space, so <c>0.24 ms</c> is one cell.
/// </remarks>
/// <param name="source">The file.</param>
/// <param name="line">The line on which the text begins, from 1.</param>
/// <param name="ns">The namespace of names without one.</param>
/// <param name="error">Takes what is wrong.</param>
internal sealed class PolicyMatrixReader(string source, int line, string ns, Action<string> error)
{
    private static readonly string[] Corner = ["FROM", "\\", "TO"];

    /// <summary>Reads the table, an expectation for each sign.</summary>
    public IEnumerable<PolicyExpectation> Read(string text)
    {
        // A block begins below the sign that opens it.
        var offset = text.Contains('\n') ? 1 : 0;
        var rows = text.Split('\n').Select((row, index) => (Cells: Cells(row), Line: line + offset + index)).Where(row => row.Cells.Count > 0).ToList();
        if (rows.Count < 2)
        {
            error("the table needs a line of destinations and a line for each client");
            return [];
        }

        var heads = rows[0].Cells;
        var columns = (heads.Take(3).SequenceEqual(Corner, StringComparer.OrdinalIgnoreCase) ? heads.Skip(3) : heads).Select(Column).ToList();
        return rows.Skip(1).SelectMany(row => Row(row.Cells, row.Line, columns)).ToList();
    }

    private static List<string> Cells(string row)
    {
        var text = row.Split(" #")[0].Replace(" ms", "ms", StringComparison.Ordinal);
        return [.. text.Split((char[])[' ', '\t', '\r', '|'], StringSplitOptions.RemoveEmptyEntries)];
    }

    private (string Text, PolicyEnd? End, EquatableArray<ExpectedPort> Ports) Column(string text)
    {
        var colon = text.StartsWith('[') ? text.IndexOf("]:", StringComparison.Ordinal) + 1 : text.LastIndexOf(':');
        var isAddress = colon <= 0 || (text.IndexOf(':') != colon && !text.StartsWith('['));
        var (name, port) = isAddress ? (text, null) : (text[..colon].Trim('[', ']'), text[(colon + 1)..]);
        var end = Ends().Short(null, name);
        if (port is null)
            return (text, end, []);
        if (ExpectedPort.Read(JsonValue.Create(port), null, out var wrong) is { } read)
            return (text, end, [read]);
        error($"column {text}: {wrong}");
        return (text, null, []);
    }

    private IEnumerable<PolicyExpectation> Row(List<string> cells, int at, List<(string Text, PolicyEnd? End, EquatableArray<ExpectedPort> Ports)> columns)
    {
        if (cells.Count != columns.Count + 1)
        {
            error($"the row of {cells[0]} has {cells.Count - 1} signs for {columns.Count} destinations");
            yield break;
        }

        var from = Ends().Short(null, cells[0]);
        foreach (var (cell, column) in cells.Skip(1).Zip(columns))
        {
            if (cell == "?" || from is null || column.End is null)
                continue;
            if (IsAllowed(cell) is not { } allowed)
            {
                error($"the row of {cells[0]} says '{cell}' of {column.Text}: use . or + for allowed, X or - for denied, ? where nothing is said");
                continue;
            }

            yield return new PolicyExpectation($"{cells[0]} {(allowed ? "reaches" : "does not reach")} {column.Text}", source, at)
            {
                From = [from], To = [column.End], Ports = column.Ports, IsAllowed = allowed,
            };
        }
    }

    private PolicyEndReader Ends() => new((_, message) => error(message), ns);

    private static bool? IsAllowed(string cell) => cell.ToLowerInvariant() switch
    {
        "." or "+" or "yes" or "ok" or "allowed" => true,
        "x" or "-" or "no" or "denied" => false,
        var time when time.EndsWith("ms", StringComparison.Ordinal) => true,
        _ => null,
    };
}
