using System.Globalization;
using Weft.Lab;
using Weft.Model.Links;
using Weft.Netlink;

namespace Weft.Cli.Bench.Dns;

/// <summary>The figures of DNS: our server beside others, one thread each, in turns. In namespaces of its own.</summary>
internal static class DnsBench
{
    private const int Upstream = 5399, Large = 100_000, LargePort = 5305;

    /// <summary>Goes on as <c>bench dns-inside</c> in new namespaces.</summary>
    public static int Enter(int runs, double seconds) => BenchNamespaces.Run(
        "mount -t tmpfs tmpfs /run && mkdir /run/dns",
        ["bench", "dns-inside", "--runs", runs.ToString(CultureInfo.InvariantCulture), "--seconds", seconds.ToString(CultureInfo.InvariantCulture)]);

    /// <summary>Measures and prints.</summary>
    public static async Task<int> RunAsync(int runs, double seconds, CancellationToken ct)
    {
        if (!IsThere("dnsperf"))
            throw new LabException("dnsperf, which makes the load, is missing: install the package dnsperf");
        using (var network = KernelNetworkStack.Open())
            network.ChangeLink("lo", new LinkChange { Up = true });
        var figures = new List<Figure>();
        figures.AddRange(await LargeAsync(seconds, ct));
        using var upstream = new DnsBenchUpstream(Upstream);
        using var rig = await DnsBenchRig.StartAsync(Rivals(), "/run/dns", Upstream, ct);
        var (cluster, others) = (Write("cluster", DnsBenchNames.ClusterQueries(DnsBenchNames.Services)), Write("others", DnsBenchNames.OtherQueries()));
        figures.AddRange(Rates("1,000 Services", await rig.RatesAsync(rig.All, cluster, runs, seconds, ct)));
        figures.AddRange(Worst(await rig.WorstAsync(cluster, runs, seconds, ct)));
        figures.AddRange(Rates("names of others from memory", await rig.RatesAsync([.. rig.All.Where(rival => rival.AsksOthers)], others, runs, seconds, ct)));
        return Report.Print("dns", figures);
    }

    private static List<DnsBenchRival> Rivals()
    {
        var there = DnsBenchRival.Others.Where(rival => IsThere(rival.Name)).ToList();
        foreach (var rival in DnsBenchRival.Others.Except(there))
            Console.Error.WriteLine($"note: no {rival.Name} here: not compared with it");
        return [DnsBenchRival.Weft, .. there];
    }

    /// <summary>What our server weighs with many Services, also when it has answered for a while, and how fast that is.</summary>
    private static async Task<Figure[]> LargeAsync(double seconds, CancellationToken ct)
    {
        using var server = new DnsBenchProcess(DnsBenchRival.WeftCommand(LargePort, Large, Upstream));
        await server.FirstLineAsync(ct);
        var queries = Write("large", DnsBenchNames.ClusterQueries(Large));
        await DnsLoad.RateAsync(LargePort, queries, seconds, ct);
        var rate = await DnsLoad.RateAsync(LargePort, queries, seconds, ct);
        return [Figure.AtMost("100,000 Services, resident", server.ResidentMegabytes, 150, "MB"), Figure.Told("100,000 Services, answers in a second", rate / 1000, "k/s")];
    }

    /// <summary>Rates, the promise being the one of unbound.</summary>
    private static IEnumerable<Figure> Rates(string what, IReadOnlyDictionary<string, double> rates)
    {
        var ours = rates[DnsBenchRival.Weft.Name] / 1000;
        yield return rates.TryGetValue("unbound", out var unbound) ? Figure.AtLeast($"{what}, answers in a second", ours, unbound / 1000, "k/s") : Figure.Told($"{what}, answers in a second", ours, "k/s");
        foreach (var (name, rate) in rates.Skip(1))
            yield return Figure.Told($"the same, {name}", rate / 1000, "k/s");
    }

    /// <summary>Times under load, the promise being the worst that is better than all others.</summary>
    private static IEnumerable<Figure> Worst(IReadOnlyDictionary<string, double> times)
    {
        var ours = times[DnsBenchRival.Weft.Name];
        yield return times.Count > 1 ? Figure.AtMost("under that load, 99 of 100 answers", ours, times.Skip(1).Min(pair => pair.Value), "ms") : Figure.Told("under that load, 99 of 100 answers", ours, "ms");
        foreach (var (name, time) in times.Skip(1))
            yield return Figure.Told($"the same, {name}", time, "ms");
    }

    private static string Write(string name, string queries)
    {
        var path = Path.Combine("/run/dns", name);
        File.WriteAllText(path, queries);
        return path;
    }

    private static bool IsThere(string program) => SearchPath().Any(folder => File.Exists(Path.Combine(folder, program)));

    private static string[] SearchPath() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
}
