using Weft.KernelTests.Node;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Links;
using Weft.Model.Nodes;
using Weft.Model.Routes;
using Weft.Netlink;
using Weft.Netlink.Namespaces;

namespace Weft.KernelTests.Services.Matrix;

/// <summary>Two nodes with three pods each, and a world outside that routes the Services' addresses to the first node. Everybody runs a server.</summary>
internal sealed class ServiceWorld : IDisposable
{
    public const string NearZone = "zone-a", FarZone = "zone-b";

    private static readonly string[] Routed = ["10.96.0.0/16", "fd96::/112", "198.51.100.0/24", "2001:db8:51::/64"];

    // The kernel answers a client with a few ICMP errors per second only, and redirects count: tests ask more often.
    private static readonly Sysctl[] Talkative =
    [
        new("net/ipv4/icmp_ratelimit", "0"),
        new("net/ipv6/icmp/ratelimit", "0"),
        new("net/ipv4/conf/all/send_redirects", "0"),
        new("net/ipv4/conf/eth0/send_redirects", "0"),
    ];

    private readonly TestCluster _cluster;
    private readonly StringMap _settings;
    private readonly List<PodServer> _servers = [];
    private readonly Dictionary<string, TestPod> _pods = [];
    private readonly List<ServedNode> _nodes = [];
    private readonly KernelNetworkStack _outside;

    private ServiceWorld(TestCluster cluster, string target)
    {
        _cluster = cluster;
        _settings = cluster.Objects.Configuration!.Data;
        foreach (var (node, prefix) in cluster.Nodes.Zip(["near", "far"]))
        {
            for (var i = 0; i < node.Pods.Count; i++)
            {
                var name = $"{prefix}-{i + 1}";
                _pods.Add(name, node.Pods[i]);
                _servers.Add(new PodServer(node.Pods[i].Namespace, name, node.Pods[i].Addresses));
            }

            new KernelSysctls(node.Namespace).Apply(Talkative);
            _nodes.Add(new ServedNode(node, target));
        }

        _servers.Add(new PodServer(Outside, "outside", []));
        _outside = KernelNetworkStack.Open(Outside);
        foreach (var v6 in (bool[])[false, true])
            _outside.AddAddress(new InterfaceAddress("lo", OwnBalancer(v6), v6 ? 128 : 32));
        foreach (var range in Routed.Select(range => IpPrefix.Parse(range)))
            _outside.AddRoute(new Route(range) { Gateway = NodeAddress(0, range.Network.IsV6) });
    }

    public NetworkNamespace Outside => _cluster.Underlay.Namespace;

    public IReadOnlyList<ServedNode> Nodes => _nodes;

    /// <summary>A world whose nodes program Services through one target.</summary>
    public static async Task<ServiceWorld> CreateAsync(string target)
    {
        var cluster = new TestCluster("ptp", "auto", 0, 0);
        var configuration = cluster.Objects.Configuration!;
        cluster.Objects = cluster.Objects with
        {
            Configuration = configuration with { Data = configuration.Data.With("service-cidrs", "10.96.0.0/16,fd96::/112") },
            Nodes = cluster.Objects.Nodes.Select((node, i) => node with
            {
                Metadata = node.Metadata with { Labels = StringMap.Of(("topology.kubernetes.io/zone", i == 0 ? NearZone : FarZone)) },
            }).ToEquatableArray(),
        };
        return new ServiceWorld(await cluster.WithPodsAsync(3), target);
    }

    public TestPod Pod(string name) => _pods[name];

    public NetworkNamespace Node(int index) => _cluster.Nodes[index].Namespace;

    public IpAddress NodeAddress(int index, bool v6) => _cluster.Nodes[index].Addresses.First(address => address.IsV6 == v6);

    public IpAddress PodAddress(string name, bool v6) => _pods[name].Addresses.First(address => address.IsV6 == v6);

    /// <summary>What a client outside is called when nobody hides it.</summary>
    public static IpAddress OutsideAddress(bool v6) => v6 ? Underlay.V6(0, 1) : Underlay.V4(0, 1);

    /// <summary>The address of a load balancer outside that ends connections itself; the server there is called "outside".</summary>
    public static IpAddress OwnBalancer(bool v6) => IpAddress.Parse(v6 ? "2001:db8:52::1" : "203.0.113.1");

    /// <summary>A turn of the proxy of every node; nothing may go wrong.</summary>
    public void Serve(params ServiceObjects[] services) => Serve(_settings, services);

    /// <summary>The same with another setting in the cluster's configuration.</summary>
    public void ServeWith(string key, string value, params ServiceObjects[] services) => Serve(_settings.With(key, value), services);

    public void Dispose()
    {
        foreach (var node in _nodes)
            node.Dispose();
        foreach (var server in _servers)
            server.Dispose();
        _outside.Dispose();
        _cluster.Dispose();
    }

    private void Serve(StringMap settings, ServiceObjects[] services)
    {
        _cluster.Objects = _cluster.Objects with
        {
            Configuration = _cluster.Objects.Configuration! with { Data = settings },
            Services = services.ToEquatableArray(),
        };
        foreach (var node in _nodes)
            node.Serve(_cluster.Objects);
    }
}
