using System.Globalization;
using Weft.Lab;

namespace Weft.Cli.Bench.Dns;

/// <summary>Load by dnsperf: 20 clients, 100 queries under way at a time, as fast as they are answered.</summary>
internal static class DnsLoad
{
    // Besides what it measures it starts and ends; a server that says nothing costs it its own patience.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Answers in a second.</summary>
    /// <exception cref="LabException">Queries were lost: then a rate means nothing.</exception>
    public static async Task<double> RateAsync(int port, string queries, DnsBenchScale scale, CancellationToken ct)
    {
        var output = await RunAsync(port, queries, scale, [], ct);
        return Number(output, "Queries per second:");
    }

    /// <summary>The time that 99 of 100 answers take at most, in milliseconds.</summary>
    /// <remarks>Times of all answers go to a file beside the queries: whoever read them meanwhile would take a processor from the server or its clients.</remarks>
    public static async Task<double> WorstAsync(int port, string queries, DnsBenchScale scale, CancellationToken ct)
    {
        var file = $"{queries}.times";
        await RunAsync(port, queries, scale, ["-v"], ct, file);
        var times = File.ReadLines(file).Where(line => line.StartsWith("> ", StringComparison.Ordinal) && char.IsAsciiDigit(line[^1]))
            .Select(line => double.Parse(line.AsSpan(line.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture)).Order().ToArray();
        return times.Length == 0 ? throw new LabException("dnsperf reports no answers") : times[(int)(times.Length * 0.99)] * 1000;
    }

    private static async Task<string> RunAsync(int port, string queries, DnsBenchScale scale, string[] more, CancellationToken ct, string? file = null)
    {
        // A query counts as lost after two seconds; where nothing is judged, a server may be slow.
        string[] command =
        [
            "dnsperf", "-s", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-d", queries, "-l", scale.Seconds.ToString(CultureInfo.InvariantCulture),
            "-c", "20", "-T", "1", "-q", "100", "-t", scale.IsJudged ? "2" : "30", .. more,
        ];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromSeconds(scale.Seconds) + Patience);
        var pinned = DnsBenchProcess.OnProcessor(1, command);
        var (output, _) = await Tool.RunAsync(file is null ? pinned : ["sh", "-c", "out=$1; shift; \"$@\" >$out; grep Queries $out", "sh", file, .. pinned], input: null, limit.Token);
        var (lost, completed) = (Number(output, "Queries lost:"), Number(output, "Queries completed:"));
        return !scale.IsJudged || lost <= completed / 1000 ? output : throw new LabException($"the server on port {port} lost {lost} of {completed + lost} queries");
    }

    /// <summary>The number behind a word of the summary.</summary>
    private static double Number(string output, string word)
    {
        var at = output.LastIndexOf(word, StringComparison.Ordinal);
        if (at < 0)
            throw new LabException($"dnsperf prints no '{word}'");
        var rest = output.AsSpan(at + word.Length).TrimStart();
        return double.Parse(rest[..rest.IndexOfAnyExceptInRange('.', '9')], CultureInfo.InvariantCulture);
    }
}
