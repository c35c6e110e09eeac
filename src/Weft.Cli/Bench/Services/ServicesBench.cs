using System.Globalization;

namespace Weft.Cli.Bench.Services;

/// <summary>The proxy's figures: programming, changes, growth, memory, and what connections notice. In namespaces of its own.</summary>
internal static class ServicesBench
{
    private static readonly int[] Sizes = [1000, 2000, 5000, 10_000, 20_000, 30_000, 50_000];

    // What a target may take for first programmings of a size, and again for changes; each happens once at least.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Goes on as <c>bench services-inside</c> in new namespaces. IPVS is set up by root of the machine alone, which a user namespace does not have.</summary>
    public static int Enter(string target, string? plot, int runs, bool trafficOnly) => BenchNamespaces.Run(
        "mount -t sysfs sysfs /sys && mount -t tmpfs tmpfs /run",
        [
            "bench", "services-inside", "--target", target, "--runs", runs.ToString(CultureInfo.InvariantCulture),
            .. trafficOnly ? ["--traffic"] : Array.Empty<string>(),
            .. plot is null ? Array.Empty<string>() : ["--plot", Path.GetFullPath(plot)],
        ],
        userNamespace: target != "ipvs");

    /// <summary>Measures everything and prints it.</summary>
    public static async Task<int> RunAsync(string? plot, int runs, CancellationToken ct)
    {
        var small = ProgrammingBench.Measure(5000, 10, runs, 1000);
        var growth = Sizes.Select(size => (size, ProgrammingBench.Measure(size, 2, runs, 300))).ToList();
        var large = growth.First(measured => measured.size == 30_000).Item2;
        var memory = await Tool.WeftAsync(["bench", "services-memory"], input: null, ct);
        List<Figure> figures =
        [
            Figure.AtMost("5,000 Services × 10 endpoints, first programming", small.First / 1000, 0.3, "s"),
            Figure.AtMost("one endpoint of these changed, median", small.ChangeMedian, 2, "ms"),
            Figure.AtMost("one endpoint of these changed, 99 of 100", small.ChangeWorst, 10, "ms"),
            Figure.AtMost("30,000 Services × 2 endpoints, first programming", large.First / 1000, 1, "s"),
            Figure.AtMost("one endpoint of these changed, median", large.ChangeMedian, 3, "ms"),
            Figure.AtMost("50,000 endpoints, objects and proxy, resident", double.Parse(memory.Output, CultureInfo.InvariantCulture), 250, "MB"),
        ];
        foreach (var (size, times) in growth)
            figures.Add(Figure.Told(string.Create(CultureInfo.InvariantCulture, $"{size:N0} × 2, first programming"), times.First, "ms"));
        figures.AddRange(TrafficBench.Measure(runs));
        if (plot is not null)
            await File.WriteAllTextAsync(plot, GrowthPlot.Draw(
                "Services, 2 endpoints each", "one endpoint changed", [.. growth.Select(point => new GrowthPlot.Point(point.size, point.Item2.First / 1000, point.Item2.ChangeMedian))]), ct);
        return Report.Print("services", figures);
    }

    /// <summary>Measures programming by another target, beside the default one.</summary>
    /// <remarks>
    /// Few Services, and no longer than a minute or two: iptables-nft-restore 1.8.9 takes time by the square of its input, and in a user namespace the kernel takes
    /// a few hundred lines at once, for each of which the command reads all chains again.
    /// </remarks>
    public static int Compare(string target, int runs)
    {
        var figures = new List<Figure>();
        foreach (var services in (int[])[100, 1000])
        {
            foreach (var name in (string[])[.. BenchTarget.Names.Take(1), target])
            {
                var times = ProgrammingBench.Measure(services, 10, runs, changes: 100, name, Patience);
                var what = string.Create(CultureInfo.InvariantCulture, $"{name}, {services:N0} Services × 10 endpoints");
                figures.Add(Figure.Told($"{what}, first programming", times.First / 1000, "s"));
                figures.Add(Figure.Told($"{what}, one endpoint changed, median", times.ChangeMedian, "ms"));
                figures.Add(Figure.Told($"{what}, one endpoint changed, 99 of 100", times.ChangeWorst, "ms"));
            }
        }

        return Report.Print($"services by {target}", figures);
    }
}
