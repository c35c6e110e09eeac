using System.Globalization;
using Weft.Lab;
using Weft.Model.Links;
using Weft.Netlink;

namespace Weft.Cli.Bench.Dns;

/// <summary>The figures of DNS: our server beside others, one thread each, in turns. In namespaces of its own.</summary>
internal static class DnsBench
{
    private const int Upstream = 5399, LargePort = 5305;

    private const string Folder = "/run/dns";

    /// <summary>Goes on as <c>bench dns-inside</c> in new namespaces.</summary>
    public static int Enter(DnsBenchScale scale) => BenchNamespaces.Run($"mount -t tmpfs tmpfs /run && mkdir {Folder}",
    [
        "bench", "dns-inside", "--runs", scale.Runs.ToString(CultureInfo.InvariantCulture), "--seconds", scale.Seconds.ToString(CultureInfo.InvariantCulture),
        .. scale.IsJudged ? Array.Empty<string>() : ["--small"],
    ]);

    /// <summary>Measures and prints.</summary>
    public static async Task<int> RunAsync(DnsBenchScale scale, CancellationToken ct)
    {
        // Servers lie where users do not always look.
        Environment.SetEnvironmentVariable("PATH", $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin");
        if (!IsThere("dnsperf"))
            throw new LabException("dnsperf, which makes the load, is missing: install the package dnsperf");
        using (var network = KernelNetworkStack.Open())
            network.ChangeLink("lo", new LinkChange { Up = true });
        var figures = new List<Figure>();
        figures.AddRange(await LargeAsync(scale, ct));
        using var upstream = new DnsBenchUpstream(Upstream);
        using var rig = await DnsBenchRig.StartAsync(Rivals(), Folder, Upstream, ct);
        var (cluster, others) = (Write("cluster", DnsBenchNames.ClusterQueries(DnsBenchNames.Services)), Write("others", DnsBenchNames.OtherQueries()));
        figures.AddRange(Rates("1,000 Services", await rig.RatesAsync(rig.All, cluster, scale, ct), scale));
        figures.AddRange(Worst(await rig.WorstAsync(cluster, scale, ct), scale));
        figures.AddRange(Rates("names of others from memory", await rig.RatesAsync([.. rig.All.Where(rival => rival.AsksOthers)], others, scale, ct), scale));
        return Report.Print("dns", figures);
    }

    private static List<DnsBenchRival> Rivals()
    {
        var there = DnsBenchRival.Others.Where(rival => IsThere(rival.Name)).ToList();
        foreach (var rival in DnsBenchRival.Others.Except(there))
            Console.Error.WriteLine($"note: no {rival.Name} here: not compared with it");
        return [DnsBenchRival.Weft, .. there];
    }

    /// <summary>What our server weighs with many Services when it has answered for a while, and how fast that is.</summary>
    private static async Task<Figure[]> LargeAsync(DnsBenchScale scale, CancellationToken ct)
    {
        using var server = new DnsBenchProcess(DnsBenchRival.WeftCommand(LargePort, scale.Large, Upstream));
        await server.FirstLineAsync(ct);
        var queries = Write("large", DnsBenchNames.ClusterQueries(scale.Large));
        await DnsLoad.RateAsync(LargePort, queries, scale, ct);
        var rate = await DnsLoad.RateAsync(LargePort, queries, scale, ct);
        var size = string.Create(CultureInfo.InvariantCulture, $"{scale.Large:N0} Services");
        return [scale.AtMost($"{size}, resident", server.ResidentMegabytes, 150, "MB"), Figure.Told($"{size}, answers in a second", rate / 1000, "k/s")];
    }

    /// <summary>Rates, the promise being the one of unbound.</summary>
    private static IEnumerable<Figure> Rates(string what, IReadOnlyDictionary<string, double> rates, DnsBenchScale scale)
    {
        yield return scale.AtLeast($"{what}, answers in a second", rates[DnsBenchRival.Weft.Name] / 1000, rates.TryGetValue("unbound", out var unbound) ? unbound / 1000 : null, "k/s");
        foreach (var (name, rate) in rates.Skip(1))
            yield return Figure.Told($"the same, {name}", rate / 1000, "k/s");
    }

    /// <summary>Times under load, the promise being that nobody's is better.</summary>
    private static IEnumerable<Figure> Worst(IReadOnlyDictionary<string, double> times, DnsBenchScale scale)
    {
        yield return scale.AtMost("under that load, 99 of 100 answers", times[DnsBenchRival.Weft.Name], times.Count > 1 ? times.Skip(1).Min(pair => pair.Value) : null, "ms");
        foreach (var (name, time) in times.Skip(1))
            yield return Figure.Told($"the same, {name}", time, "ms");
    }

    private static string Write(string name, string queries)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, queries);
        return path;
    }

    private static bool IsThere(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':', StringSplitOptions.RemoveEmptyEntries).Any(folder => File.Exists(Path.Combine(folder, program)));
}
