using System.Net;
using Weft.Compilers.Dns;
using Weft.Dns.Routing;
using Weft.Dns.Serving;
using Weft.Dns.Zones;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Cli.Bench.Dns;

/// <summary>Our server in a process of its own, as an agent has it but for the agent: from objects to sockets.</summary>
internal static class DnsBenchServer
{
    /// <summary>What it prints when it answers.</summary>
    public const string Ready = "ready";

    /// <summary>Serves until it is ended.</summary>
    /// <param name="port">Where on loopback.</param>
    /// <param name="services">How many Services there are.</param>
    /// <param name="upstream">The port of the server that others' names are asked of.</param>
    public static async Task<int> RunAsync(int port, int services, int upstream, CancellationToken ct)
    {
        var settings = new DnsSettings { Routes = [new DnsRoute(DnsName.Root) { Upstreams = [new DnsUpstream(IpAddress.Parse("127.0.0.1"), (ushort)upstream)] }] };
        using var builder = new DnsServiceBuilder(settings, Zone(settings, services), nodeServers: [], TimeProvider.System);
        await using var listeners = DnsListeners.Open(builder.Service, [new IPEndPoint(IPAddress.Loopback, port)], new DnsListenerOptions { Threads = 1 });

        // What the zone was made from is garbage now. A process that goes on collects it by and by, this one is weighed at once.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        Console.WriteLine(Ready);
        try
        {
            await Task.Delay(Timeout.Infinite, ct);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C, or the end of the benchmark.
        }

        return 0;
    }

    private static ClusterZone Zone(DnsSettings settings, int services)
    {
        var empty = ClusterZone.Empty(DnsServiceBuilder.ZoneOf(settings, [IpAddress.Parse("10.96.0.10")]), serial: 1);
        return empty.With(DnsCompiler.CompileOnce(DnsBenchNames.Cluster(services)).Table);
    }
}
