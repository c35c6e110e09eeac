using System.Globalization;
using Weft.Node.Dns.Asking;

namespace Weft.Cli.Output;

/// <summary>What a node answers to a question, and why, for people.</summary>
internal static class DnsQueryText
{
    /// <summary>Writes how names are completed, where that is done, and each name that was tried.</summary>
    public static void Write(DnsQueryReport report, TextWriter writer)
    {
        if (report.Pod is { } pod)
        {
            var ends = report.Search.Count == 0 ? "nothing" : string.Join(", ", report.Search.Select(end => end == "." ? end : end.TrimEnd('.')));
            writer.WriteLine($"{pod} ({report.Client}) completes names with {ends} (ndots {report.Ndots})");
        }

        foreach (var note in report.Notes)
            writer.WriteLine($"note: {note}");
        var isFirst = report is { Pod: null, Notes.Count: 0 };
        foreach (var one in report.Tries)
        {
            if (!isFirst)
                writer.WriteLine();
            isFirst = false;
            Write(report, one, writer);
        }
    }

    private static void Write(DnsQueryReport report, DnsTry one, TextWriter writer)
    {
        foreach (var record in one.Answers.Concat(one.Additional))
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{record.Name} {record.Ttl} {record.Class} {record.Type} {record.Data}"));
        if (!one.Has(report.Type))
            writer.WriteLine(one.Code == "NOERROR" ? $"{one.Name} {report.Type}: no such record (NODATA)" : $"{one.Name} {report.Type}: {one.Code}");
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"answered by {one.AnsweredBy} (node {report.Node}, {one.Milliseconds:0.0} ms)"));
        foreach (var reason in one.Because)
            writer.WriteLine($"  {reason}");
    }
}
