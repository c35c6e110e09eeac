using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Tests.Policies.Oracle;

/// <summary>
/// Small random clusters with policies of both kinds. Few names, labels, ports and blocks, so that policies meet and conflict; now and then an object is
/// wrong. The same seed gives the same cluster.
/// </summary>
public sealed class RandomPolicyCluster
{
    private static readonly string[] Names = ["a", "b", "c"];
    private readonly Random _random;

    private RandomPolicyCluster(int seed, bool valid)
    {
        Seed = seed;
        _random = new Random(seed);
        var policies = new RandomPolicies(_random, valid);
        Cluster = new OracleCluster
        {
            Nodes = [NodeOf(1), NodeOf(2)],
            Namespaces = Names.Select(NamespaceOf).ToEquatableArray(),
            Pods = Enumerable.Range(0, 2 + _random.Next(7)).Select(PodOf).ToEquatableArray(),
            NetworkPolicies = Enumerable.Range(0, _random.Next(5)).Select(policies.NetworkPolicy).ToEquatableArray(),
            ClusterNetworkPolicies = Enumerable.Range(0, _random.Next(5)).Select(policies.ClusterNetworkPolicy).ToEquatableArray(),
            StandIns = Chance(2) ? [StandIn] : [],
            LearnsDomains = valid || !Chance(6),
            Domains = Enumerable.Range(0, _random.Next(8)).Select(_ => Learned()).DistinctBy(known => (known.Name, known.Address)).ToEquatableArray(),
        };
    }

    /// <summary>Any cluster.</summary>
    public static Gen<RandomPolicyCluster> Any { get; } = Gen.Choose(0, int.MaxValue).Select(seed => Of(seed));

    /// <summary>Clusters whose objects an API server would take.</summary>
    public static Gen<RandomPolicyCluster> Valid { get; } = Gen.Choose(0, int.MaxValue).Select(seed => Of(seed, valid: true));

    /// <summary>What it was made from.</summary>
    public int Seed { get; }

    /// <summary>The objects.</summary>
    public OracleCluster Cluster { get; }

    private static Pod StandIn { get; } = new()
    {
        Metadata = new ObjectMeta { Namespace = "a", Name = "dns", Labels = StringMap.Of(("app", "dns")) },
        Spec = new PodSpec { Containers = [new Container { Ports = [new ContainerPort { Name = "dns", Protocol = "UDP", Port = 53 }] }] },
        Status = new PodStatus { PodIPs = [new PodIp("169.254.20.10"), new PodIp("fd00:169:254:20::10"), new PodIp("10.96.0.10")] },
    };

    /// <summary>The cluster of a seed.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="valid">Whether every object is one that an API server would take.</param>
    public static RandomPolicyCluster Of(int seed, bool valid = false) => new(seed, valid);

    /// <summary>Packets that tell rules apart: from and to pods, nodes, the stand-in and the world, on ports that rules name and others.</summary>
    public IEnumerable<OraclePacket> Packets()
    {
        (string Protocol, int? Port)[] targets = [("TCP", 80), ("TCP", 81), ("TCP", 8080), ("UDP", 53), ("SCTP", 80), ("ICMP", null)];
        var addresses = Cluster.Pods.SelectMany(pod => pod.Status.PodIPs.Select(ip => ip.Ip))
            .Concat(Cluster.Nodes.SelectMany(node => node.Status.Addresses.Where(address => address.Type != "Hostname").Select(address => address.Address)))
            .Concat(["10.244.1.1", "169.254.20.10", "10.96.0.10", "fd00:169:254:20::10", "192.168.1.5", "203.0.113.1", "fd00::99", "2001:db8::1"]).Distinct().ToList();
        return from source in addresses
               from destination in addresses
               where source.Contains(':') == destination.Contains(':')
               from target in targets
               select new OraclePacket(source, destination, target.Protocol, target.Port);
    }

    /// <inheritdoc/>
    public override string ToString() => $"seed {Seed.ToString(CultureInfo.InvariantCulture)}";

    private static KubeNode NodeOf(int number) => new()
    {
        Metadata = new ObjectMeta { Name = $"node{number.ToString(CultureInfo.InvariantCulture)}", Labels = StringMap.Of(("zone", number == 1 ? "x" : "y")) },
        Spec = new NodeSpec { PodCIDRs = [Text($"10.244.{number}.0/24"), Text($"fd44:0:0:{number}::/64")] },
        Status = new NodeStatus { Addresses = [new NodeAddress("InternalIP", Text($"172.30.0.{number + 1}")), new NodeAddress("Hostname", "node")] },
    };

    private Namespace NamespaceOf(string name) => new()
    {
        Metadata = new ObjectMeta { Name = name, Labels = StringMap.Of(("team", One("x", "y"))), Annotations = Audit(12) },
    };

    private Pod PodOf(int index)
    {
        var node = 1 + _random.Next(2);
        var host = Chance(12);
        return new Pod
        {
            Metadata = new ObjectMeta
            {
                Namespace = One(Names),
                Name = Text($"pod{index}"),
                Labels = Chance(5) ? StringMap.Of(("app", One("web", "db"))) : StringMap.Of(("app", One("web", "db")), ("tier", One("1", "2"))),
                CreationTimestamp = new DateTimeOffset(2026, 1, 1 + _random.Next(3), 0, 0, 0, TimeSpan.Zero),
                DeletionTimestamp = Chance(12) ? new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero) : null,
            },
            Spec = new PodSpec
            {
                NodeName = Text($"node{node}"),
                HostNetwork = host,
                Containers = [Container(), Container()],
                InitContainers = [Container() with { RestartPolicy = Chance(2) ? "Always" : null }],
            },
            Status = new PodStatus
            {
                Phase = Chance(12) ? One("Succeeded", "Failed") : "Running",
                PodIPs = host ? [new PodIp(Text($"172.30.0.{node + 1}"))] : Addresses(node, index),
            },
        };
    }

    private DomainAddress Learned() => new(
        DnsName.Parse(One("example.com", "www.Example.com", "a.b.example.com", "db.example.org", "other.net")),
        IpAddress.Parse(One("203.0.113.1", "192.168.1.5", "10.244.1.2", "10.244.2.3", "172.30.0.2", "fd00::99", "2001:db8::1", "fd44:0:0:1::2")),
        IsPast: Chance(4));

    /// <summary>Now and then none yet, one family or both; now and then one that another pod has.</summary>
    private EquatableArray<PodIp> Addresses(int node, int index)
    {
        var number = Chance(15) ? 2 : index + 2;
        var v4 = new PodIp(Text($"10.244.{node}.{number}"));
        var v6 = new PodIp(Text($"fd44:0:0:{node}::{number}"));
        return _random.Next(8) switch { 0 => [], 1 => [v6], 2 => [v6, v4], 3 => [v4, v6], _ => [v4] };
    }

    private Container Container() => new()
    {
        Name = "c",
        Ports = Chance(3) ? [] : [new ContainerPort { Name = One("http", "dns", null), Protocol = One("TCP", "UDP", "SCTP", null), Port = One(80, 81, 8080, 53) }],
    };

    private StringMap Audit(int oneIn) => Chance(oneIn) ? StringMap.Of(("weft/policy-audit", "true")) : default;

    private bool Chance(int oneIn) => _random.Next(oneIn) == 0;

    private T One<T>(params ReadOnlySpan<T> items) => items[_random.Next(items.Length)];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
