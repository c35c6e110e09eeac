using System.Globalization;
using Weft.Model.Links;
using Weft.Netlink;

namespace Weft.Cli.Bench.Policies;

/// <summary>The figures of network policies. In namespaces of its own.</summary>
internal static class PolicyBench
{
    /// <summary>What can be measured by itself.</summary>
    public static readonly string[] Parts = ["all", "programming", "agent", "traffic", "test"];

    /// <summary>Goes on as <c>bench policy-inside</c> in new namespaces.</summary>
    public static int Enter(string? plot, int runs, string part, bool small) => BenchNamespaces.Run(
        "mount -t sysfs sysfs /sys && mount -t tmpfs tmpfs /run && mkdir /run/netns && mount -t tmpfs tmpfs /var/lib",
        [
            "bench", "policy-inside", "--runs", runs.ToString(CultureInfo.InvariantCulture), "--only", part,
            .. small ? ["--small"] : Array.Empty<string>(),
            .. plot is null ? Array.Empty<string>() : ["--plot", Path.GetFullPath(plot)],
        ]);

    /// <summary>Measures and prints.</summary>
    public static async Task<int> RunAsync(string? plot, int runs, string part, bool small, CancellationToken ct)
    {
        using (var network = KernelNetworkStack.Open())
            network.ChangeLink("lo", new LinkChange { Up = true });
        var scale = small ? PolicyScale.Small : PolicyScale.Full;
        var figures = new List<Figure>();
        if (part is "all" or "programming")
            figures.AddRange(Programming(scale, plot, runs));
        if (part is "all" or "agent")
            figures.AddRange(await PolicyAgentBench.MeasureAsync(scale, ct));
        if (part is "all" or "traffic")
            figures.AddRange(PolicyTraffic.Measure(scale, runs));
        if (part is "all" or "test")
            figures.Add(await PolicyTestBench.MeasureAsync(scale, runs, ct));
        return Report.Print("policy", figures);
    }

    private static IEnumerable<Figure> Programming(PolicyScale scale, string? plot, int runs)
    {
        var first = PolicyProgramming.Measure(scale.Policies, scale.Pods, runs, scale.Changes);
        var size = string.Create(CultureInfo.InvariantCulture, $"{scale.Policies:N0} policies, {scale.Pods:N0} pods");
        yield return scale.Judge($"{size}: compile, the first time in a process", first.Cold / 1000, 1, "s");
        yield return scale.Judge($"{size}: compile", first.Compile / 1000, 1, "s");
        yield return scale.Judge($"{size}: plan and kernel", first.Apply / 1000, 0.5, "s");
        yield return Figure.Told("elements in the kernel", first.Elements, "");
        yield return scale.Judge("one pod relabelled: compile, plan, kernel, median", first.Relabelled, 10, "ms");
        yield return scale.Judge("one pod relabelled, 99 of 100", first.RelabelledWorst, 10, "ms");
        yield return scale.Judge("one pod added, median", first.Added, 10, "ms");
        yield return scale.Judge("one pod added, 99 of 100", first.AddedWorst, 10, "ms");
        if (HandWrittenPolicies.IsAvailable)
        {
            var hand = HandWrittenPolicies.Load(HandWrittenPolicies.Of(new PolicyCluster(scale.Policies, scale.Pods)));
            yield return Figure.Told("the first rule of each policy by hand, nft -f", hand / 1000, "s");
            yield return Figure.Told("compile, plan and kernel, ratio to that", (first.Compile + first.Apply) / hand, "×");
        }

        foreach (var figure in Growth(plot, "policies", scale.Growth, count => PolicyProgramming.Measure(count, scale.Pods, int.Min(runs, 3), scale.Changes / 5)))
            yield return figure;
        foreach (var figure in Growth(plot, "pods", scale.PodGrowth, count => PolicyProgramming.Measure(scale.Policies, count, int.Min(runs, 3), scale.Changes / 5)))
            yield return figure;
    }

    private static IEnumerable<Figure> Growth(string? plot, string what, int[] sizes, Func<int, PolicyProgramming.Times> measure)
    {
        var growth = sizes.Select(size => (Size: size, Times: measure(size))).ToList();
        foreach (var (size, times) in growth)
            yield return Figure.Told(string.Create(CultureInfo.InvariantCulture, $"{size:N0} {what}: compile, plan and kernel; one pod {times.Relabelled:0.##} ms"), times.Compile + times.Apply, "ms");
        if (plot is not null)
            File.WriteAllText(PlotFile(plot, what), GrowthPlot.Draw(what, "one pod relabelled", [.. growth.Select(point => new GrowthPlot.Point(point.Size, (point.Times.Compile + point.Times.Apply) / 1000, point.Times.Relabelled))]));
    }

    /// <summary><c>growth.svg</c> becomes <c>growth-pods.svg</c>.</summary>
    internal static string PlotFile(string plot, string what) =>
        Path.Combine(Path.GetDirectoryName(plot) ?? "", $"{Path.GetFileNameWithoutExtension(plot)}-{what}{Path.GetExtension(plot)}");
}
