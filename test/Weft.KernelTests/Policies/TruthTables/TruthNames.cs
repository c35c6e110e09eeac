using System.Net;
using Weft.Compilers.Dns;
using Weft.Dns.Serving;
using Weft.Dns.Zones;
using Weft.KernelTests.Dns;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Node.Dns;
using Weft.Tests.Policies.TruthTables;

namespace Weft.KernelTests.Policies.TruthTables;

/// <summary>Names of the nine pods' Services, asked by every pod of the cluster DNS of its own node before there are policies.</summary>
internal sealed class TruthNames
{
    private static readonly IpAddress[] Servers = [IpAddress.Parse("169.254.20.10"), IpAddress.Parse("fd00:169:254:20::10")];

    private readonly Dictionary<(TruthPod Pod, bool V6), IpAddress> _found = [];

    private TruthNames()
    {
    }

    /// <summary>A Service by its name.</summary>
    public TruthAddress Address => new("Service name", (pod, v6) => _found[(pod, v6)]);

    /// <summary>Has both nodes answer, asks, and ends the servers.</summary>
    public static async Task<TruthNames> AskAsync(TruthWorld world)
    {
        var names = new TruthNames();
        var zone = ClusterZone.Empty(new ZoneSettings(DnsName.Parse("cluster.local")), 1).With(DnsCompiler.CompileOnce(world.Objects).Table);
        var service = new DnsService(zone, routes: null, TimeProvider.System);
        var places = new List<(DnsPlace Place, DnsListeners Listeners)>();
        foreach (var node in (int[])[1, 2])
        {
            var place = new DnsPlace(world.Node(node).Stack, world.Node(node).Filter);
            place.Put([.. Servers]);
            places.Add((place, world.Node(node).Namespace.Run(() => DnsListeners.Open(service, Servers.Select(server => new IPEndPoint(server.ToIPAddress(), NodeLocalDns.Port))))));
        }

        foreach (var (from, v6) in from client in TruthPod.All from v6 in (bool[])[false, true] select (client, v6))
        {
            using var client = new DnsClientSocket(Servers[v6 ? 1 : 0], world.NamespaceOf(from));
            foreach (var pod in TruthPod.All)
                names.Note(pod, v6, Ask(client, pod, v6));
        }

        foreach (var (place, listeners) in places)
        {
            await listeners.DisposeAsync();
            place.Put([]);
        }

        return names;
    }

    /// <summary>Every pod is told the same.</summary>
    private void Note(TruthPod pod, bool v6, IpAddress address)
    {
        if (!_found.TryAdd((pod, v6), address))
            Assert.Equal(_found[(pod, v6)], address);
    }

    private static IpAddress Ask(DnsClientSocket client, TruthPod pod, bool v6) =>
        IpAddress.Parse(Assert.Single(client.Ask($"{pod.Name}.{pod.Namespace}.svc.cluster.local", v6 ? DnsType.AAAA : DnsType.A)));
}
