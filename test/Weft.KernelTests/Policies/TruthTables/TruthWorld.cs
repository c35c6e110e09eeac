using System.Diagnostics;
using Weft.KernelTests.Node;
using Weft.KernelTests.Services.Matrix;
using Weft.Kubernetes;
using Weft.Model.Links;
using Weft.Model.Nodes;
using Weft.Netlink;
using Weft.Netlink.Namespaces;
using Weft.Tests.Policies.Oracle;
using Weft.Tests.Policies.TruthTables;

namespace Weft.KernelTests.Policies.TruthTables;

/// <summary>The nine pods as namespaces on two nodes, which enforce policies and balance a Service in front of each pod.</summary>
internal sealed class TruthWorld : IDisposable
{
    // Markers travel on flows that must outlast whatever runs between two cases.
    private static readonly Sysctl[] Lasting = [new("net/netfilter/nf_conntrack_udp_timeout", "3600"), new("net/netfilter/nf_conntrack_udp_timeout_stream", "3600")];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60), PatienceAfterFailure = TimeSpan.FromSeconds(3), Round = TimeSpan.FromSeconds(5);

    private readonly TestCluster _cluster;
    private readonly List<ServedNode> _served = [];
    private readonly List<EnforcedNode> _enforced = [];
    private readonly Dictionary<TruthPod, TestPod> _pods = [];
    private int _rounds;
    private bool _hasFailed;

    private TruthWorld(string attachment) => _cluster = new TestCluster(attachment, "auto", 0, 0);

    /// <summary>The world without policies; the flows of the markers are established.</summary>
    /// <param name="attachment">ptp or bridge.</param>
    public static async Task<TruthWorld> CreateAsync(string attachment = "ptp")
    {
        var world = new TruthWorld(attachment);
        await world.StartAsync();
        return world;
    }

    /// <summary>The world beyond the nodes: the router that they stand behind.</summary>
    public NetworkNamespace Outside => _cluster.Underlay.Namespace;

    /// <summary>The nodes' objects: Services, and the nodes themselves.</summary>
    public ClusterSnapshot Objects => _cluster.Objects;

    public NetworkNamespace NamespaceOf(TruthPod pod) => _pods[pod].Namespace;

    /// <summary>A node, 1 or 2.</summary>
    public TestNode Node(int number) => _cluster.Nodes[number - 1];

    /// <summary>Has both nodes balance these Services besides those of the nine pods.</summary>
    public void Serve(params ServiceObjects[] services)
    {
        _cluster.Objects = _cluster.Objects with { Services = [.. TruthPod.All.Select(TruthServices.Of), .. services] };
        _served.ForEach(node => node.Serve(_cluster.Objects));
    }

    /// <summary>Enforces the policies of a cluster on both nodes.</summary>
    public void Enforce(OracleCluster cluster) => _enforced.ForEach(node => node.Enforce(cluster.Snapshot));

    /// <summary>Enforces a case and holds packets of every family, by every address, to its table.</summary>
    /// <exception cref="Xunit.Sdk.XunitException">They do otherwise; says how.</exception>
    /// <param name="item">The case.</param>
    /// <param name="targets">Protocols and ports.</param>
    /// <param name="addresses">How clients call whom they connect to; by address and cluster IP when null.</param>
    public void Check(TruthCase item, IReadOnlyList<TruthTarget> targets, IReadOnlyList<TruthAddress>? addresses = null)
    {
        Enforce(item.Cluster);
        addresses ??= TruthAddress.All;
        var probes = Observe(item.Expected, targets, addresses);
        foreach (var (address, v6) in from address in addresses from v6 in (bool[])[false, true] select (address, v6))
        {
            var seen = new TruthTable((from, to, target) => item.Expected[from, to, target]);
            foreach (var probe in probes.Where(probe => probe.Address == address && probe.V6 == v6))
                seen[probe.From, probe.To, probe.Target] = IsSeen(probe, item.Expected);
            var difference = item.Expected.Difference(seen, targets);
            Assert.True(difference is null, $"{item.Name}: by {address.Name}, {(v6 ? "IPv6" : "IPv4")}\n{difference}");
        }
    }

    public void Dispose()
    {
        _served.ForEach(node => node.Dispose());
        _cluster.Dispose();
    }

    private async Task StartAsync()
    {
        _cluster.Objects = _cluster.Objects with
        {
            Configuration = _cluster.Objects.Configuration! with { Data = _cluster.Objects.Configuration!.Data.With("service-cidrs", "10.96.0.0/16,fd96::/112") },
        };
        _cluster.Program();
        foreach (var pod in TruthPod.All.OrderBy(pod => pod.Host))
        {
            var attached = _pods[pod] = await _cluster.Nodes[pod.Node - 1].AddPodAsync();
            Assert.Equal([pod.Address(v6: false), pod.Address(v6: true)], attached.Addresses.Order());
            using var stack = KernelNetworkStack.Open(attached.Namespace);
            stack.ChangeLink("lo", new LinkChange { Up = true });
        }

        foreach (var node in _cluster.Nodes)
        {
            new KernelSysctls(node.Namespace).Apply(Lasting);
            _served.Add(new ServedNode(node, ProxyTargets.Nftables));
            _enforced.Add(new EnforcedNode(node));
        }

        Serve();
        Check(new TruthCase("no policies yet", TruthCluster.With(), (_, _, _) => true), [.. TruthTarget.All.Where(target => target.Protocol != Model.Services.L4Protocol.Sctp)]);
    }

    /// <summary>Rounds until everything is as expected. What is missing may have been lost, and is tried again; what came although it must not is a fault at once.</summary>
    private List<TruthProbe> Observe(TruthTable expected, IReadOnlyList<TruthTarget> targets, IReadOnlyList<TruthAddress> addresses)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            var probes = Probes(targets, addresses);
            using (var round = new TruthRound(this, probes, ++_rounds))
                round.Run(expected, Round);
            var wrong = probes.Where(probe => IsSeen(probe, expected) != expected[probe.From, probe.To, probe.Target]).ToList();
            if (wrong.Count == 0)
                return probes;
            if (!wrong.Exists(probe => probe.Arrived && !probe.Answered) && Stopwatch.GetElapsedTime(start) < (_hasFailed ? PatienceAfterFailure : Patience)
                && wrong.TrueForAll(probe => expected[probe.From, probe.To, probe.Target]))
                continue;
            _hasFailed = true;
            return probes;
        }
    }

    private static List<TruthProbe> Probes(IReadOnlyList<TruthTarget> targets, IReadOnlyList<TruthAddress> addresses) =>
    [
        .. from address in addresses
           from v6 in (bool[])[false, true]
           from entry in TruthTable.Entries()
           where targets.Contains(entry.Target)
           select new TruthProbe(entry.From, entry.To, entry.Target, address, v6),
    ];

    /// <summary>What must pass must be answered; what must not, may not even arrive.</summary>
    private static bool IsSeen(TruthProbe probe, TruthTable expected) => expected[probe.From, probe.To, probe.Target] ? probe.Answered : probe.Arrived;
}
