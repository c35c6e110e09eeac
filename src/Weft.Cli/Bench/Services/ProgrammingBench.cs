using System.Diagnostics;
using Weft.Node.Proxy;

namespace Weft.Cli.Bench.Services;

/// <summary>How long the kernel takes to know all Services, and one change, from the objects on: compile, plan, apply, acknowledgement.</summary>
internal static class ProgrammingBench
{
    /// <summary>Times of one size, in milliseconds.</summary>
    public readonly record struct Times(double First, double ChangeMedian, double ChangeWorst);

    /// <summary>Programs a cluster anew <paramref name="runs"/> times, and changes one endpoint <paramref name="changes"/> times.</summary>
    /// <param name="services">How many Services.</param>
    /// <param name="endpoints">Endpoints of each.</param>
    /// <param name="runs">How often it is programmed.</param>
    /// <param name="changes">How often an endpoint changes.</param>
    /// <param name="target">By what.</param>
    /// <param name="patience">Neither programmings nor changes go on for longer; null for no limit.</param>
    public static Times Measure(int services, int endpoints, int runs, int changes, string target = "nftables", TimeSpan? patience = null)
    {
        var cluster = new BenchCluster(services, endpoints);
        using var measured = new BenchTarget(target);
        var (first, moved) = (new List<double>(), new List<double>());
        var limit = (patience ?? TimeSpan.MaxValue).TotalMilliseconds;
        while (moved.Count == 0)
        {
            using var reconciler = measured.Reconciler();
            Collect();
            first.Add(Time(() => Turn(reconciler, cluster)));
            if (first.Count == runs || first.Sum() > limit)
                Change(reconciler, cluster, changes, limit, moved);
            measured.Remove();
        }

        return new Times(Report.Median(first), Report.Median(moved), moved.Order().ElementAt((int)(moved.Count * 0.99)));
    }

    private static void Change(ProxyReconciler reconciler, BenchCluster cluster, int changes, double limit, List<double> times)
    {
        while (times.Count < changes && (times.Count == 0 || times.Sum() < limit))
        {
            times.Add(Time(() =>
            {
                cluster.MoveOne();
                Turn(reconciler, cluster);
            }));
        }
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
