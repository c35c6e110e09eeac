using System.Globalization;
using Weft.Node.Dns.Asking;

namespace Weft.Cli.Output;

/// <summary>What nodes answer, as tables for people.</summary>
internal static class DnsTopText
{
    private const int MostShown = 10;

    /// <summary>Writes a row for each node, and then what all of them were asked for most.</summary>
    public static void Write(IReadOnlyCollection<DnsTopReport> reports, TextWriter writer)
    {
        var nodes = new TextTable("NODE", "PER SECOND", "P50", "P99", "ANSWERS", "FROM CACHE", "CODES", "SOURCES");
        foreach (var report in reports)
        {
            nodes.Add(
                report.Node, Number(report.PerSecond), Milliseconds(report.P50Milliseconds), Milliseconds(report.P99Milliseconds), Number(report.Total),
                report.CacheHitRatio is { } ratio ? ratio.ToString("P0", CultureInfo.InvariantCulture) : null, Counts(report.Codes), Counts(report.Sources));
        }

        nodes.Write(writer);
        var names = new TextTable("NAME", "TYPE", "CODE", "ANSWERS");
        foreach (var (name, count) in Most(reports.SelectMany(report => report.Names), one => (one.Name, one.Type, one.Code), one => one.Count))
            names.Add(name.Name, name.Type, name.Code, Number(count));
        var clients = new TextTable("CLIENT", "ANSWERS");
        foreach (var (client, count) in Most(reports.SelectMany(report => report.Clients), one => one.Name, one => one.Count))
            clients.Add(client, Number(count));
        foreach (var table in reports.Any(report => report.Total > 0) ? [names, clients] : Array.Empty<TextTable>())
        {
            writer.WriteLine();
            table.Write(writer);
        }
    }

    private static IEnumerable<(TKey Key, long Count)> Most<T, TKey>(IEnumerable<T> counted, Func<T, TKey> key, Func<T, long> count) =>
        counted.GroupBy(key).Select(same => (same.Key, Count: same.Sum(count))).OrderByDescending(one => one.Count).Take(MostShown);

    private static string Counts(IEnumerable<DnsCount> counts) => string.Join(", ", counts.Select(one => $"{one.Name} {Number(one.Count)}"));

    private static string Number(double value) => value.ToString("#,0.#", CultureInfo.InvariantCulture);

    private static string? Milliseconds(double value) => value == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{value:0.###} ms");
}
