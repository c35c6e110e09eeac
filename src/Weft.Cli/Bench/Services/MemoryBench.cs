using System.Globalization;

namespace Weft.Cli.Bench.Services;

/// <summary>What 50,000 endpoints weigh in a process that holds their objects and has programmed them, as an agent does. Runs in a process of its own.</summary>
internal static class MemoryBench
{
    public const int Services = 5000, Endpoints = 10;

    /// <summary>Prints resident megabytes.</summary>
    public static int Run()
    {
        var cluster = new BenchCluster(Services, Endpoints);
        cluster.Reread();
        using var target = new BenchTarget("nftables");
        using var reconciler = target.Reconciler();
        reconciler.Turn(cluster.Snapshot);
        for (var change = 0; change < 2000; change++)
        {
            cluster.MoveOne();
            reconciler.Turn(cluster.Snapshot);
        }

        var line = File.ReadLines("/proc/self/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        var kilobytes = double.Parse(line["VmRSS:".Length..^"kB".Length], CultureInfo.InvariantCulture);
        Console.WriteLine((kilobytes * 1024 / 1e6).ToString("0.#", CultureInfo.InvariantCulture));
        GC.KeepAlive(cluster);
        return 0;
    }
}
