using System.Diagnostics;
using Weft.Node.Proxy;

namespace Weft.Cli.Bench.Services;

/// <summary>How long the kernel takes to know all Services, and one change, from the objects on: compile, plan, apply, acknowledgement.</summary>
internal static class ProgrammingBench
{
    /// <summary>Times of one size, in milliseconds.</summary>
    public readonly record struct Times(double First, double ChangeMedian, double ChangeWorst);

    /// <summary>Programs a cluster anew <paramref name="runs"/> times, and changes one endpoint <paramref name="changes"/> times.</summary>
    public static Times Measure(int services, int endpoints, int runs, int changes, string target = "nftables")
    {
        var cluster = new BenchCluster(services, endpoints);
        using var measured = new BenchTarget(target);
        var first = new double[runs];
        double[] moved = [];
        for (var run = 0; run < runs; run++)
        {
            using var reconciler = measured.Reconciler();
            Collect();
            first[run] = Time(() => Turn(reconciler, cluster));
            if (run == runs - 1)
                moved = Changes(reconciler, cluster, changes);
            measured.Remove();
        }

        return new Times(Report.Median(first), Report.Median(moved), moved.Order().ElementAt((int)(moved.Length * 0.99)));
    }

    private static double[] Changes(ProxyReconciler reconciler, BenchCluster cluster, int changes)
    {
        var times = new double[changes];
        for (var change = 0; change < changes; change++)
        {
            times[change] = Time(() =>
            {
                cluster.MoveOne();
                Turn(reconciler, cluster);
            });
        }

        return times;
    }

    private static void Turn(ProxyReconciler reconciler, BenchCluster cluster)
    {
        var turn = reconciler.Turn(cluster.Snapshot);
        if (turn.Problems.Count > 0)
            throw new Lab.LabException($"the Services could not be programmed: {turn.Problems[0]}");
    }

    private static double Time(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}
