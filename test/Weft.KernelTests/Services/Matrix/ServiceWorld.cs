using Weft.KernelTests.Node;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Nodes;
using Weft.Model.Routes;
using Weft.Netlink;
using Weft.Netlink.Namespaces;
using Weft.Node.Proxy;
using KubeEndpoint = Weft.Kubernetes.Endpoint;
using KubeService = Weft.Kubernetes.Service;

namespace Weft.KernelTests.Services.Matrix;

/// <summary>Two nodes, five pods with servers, and a world outside that routes the Services' addresses to the first node.</summary>
internal sealed class ServiceWorld : IDisposable
{
    public const string NearZone = "zone-a", FarZone = "zone-b";
    private static readonly string[] ServedElsewhere = ["10.96.0.0/16", "fd96::/112", "198.51.100.0/24", "2001:db8:51::/64"];

    // The kernel answers a client with a few ICMP errors per second only, and redirects count: tests ask more often.
    private static readonly Sysctl[] Quiet =
    [
        new("net/ipv4/icmp_ratelimit", "0"),
        new("net/ipv6/icmp/ratelimit", "0"),
        new("net/ipv4/conf/all/send_redirects", "0"),
        new("net/ipv4/conf/eth0/send_redirects", "0"),
    ];

    private readonly TestCluster _cluster;
    private readonly List<PodServer> _servers = [];
    private readonly Dictionary<string, TestPod> _pods = [];
    private readonly List<IProxyTarget> _proxies = [];
    private readonly KernelNetworkStack _outside;

    private ServiceWorld(TestCluster cluster, string target)
    {
        _cluster = cluster;
        foreach (var (node, prefix) in cluster.Nodes.Zip(["near", "far"]))
        {
            for (var i = 0; i < node.Pods.Count; i++)
            {
                var name = $"{prefix}-{i + 1}";
                _pods.Add(name, node.Pods[i]);
                _servers.Add(new PodServer(node.Pods[i].Namespace, name));
            }

            new KernelSysctls(node.Namespace).Apply(Quiet);
            _proxies.Add(ProxyTargets.Create(target, node));
        }

        _outside = KernelNetworkStack.Open(Outside);
        foreach (var range in ServedElsewhere.Select(range => IpPrefix.Parse(range)))
            _outside.AddRoute(new Route(range) { Gateway = NodeAddress(0, range.Network.IsV6) });
    }

    public NetworkNamespace Outside => _cluster.Underlay.Namespace;

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

    public NetworkNamespace Pod(string name) => _pods[name].Namespace;

    public NetworkNamespace Node(int index) => _cluster.Nodes[index].Namespace;

    public IpAddress NodeAddress(int index, bool v6) => _cluster.Nodes[index].Addresses.First(address => address.IsV6 == v6);

    public IpAddress PodAddress(string name, bool v6) => _pods[name].Addresses.First(address => address.IsV6 == v6);

    /// <summary>What a client outside is called when nobody hides it.</summary>
    public static IpAddress OutsideAddress(bool v6) => v6 ? Underlay.V6(0, 1) : Underlay.V4(0, 1);

    /// <summary>A turn of the proxy of every node; nothing may go wrong.</summary>
    public void Serve(params ServiceObjects[] services)
    {
        _cluster.Objects = _cluster.Objects with { Services = services.ToEquatableArray() };
        foreach (var (node, proxy) in _cluster.Nodes.Zip(_proxies))
        {
            var (table, problems) = ProxyTargets.Compile(_cluster.Objects, node);
            Assert.Empty(problems);
            Assert.Empty(node.Namespace.Run(() => proxy.Sync(table)).Problems);
        }
    }

    /// <summary>A Service with slices of both families for the named pods.</summary>
    public ServiceObjects Service(Func<ServiceSpec, ServiceSpec> shape, params string[] pods) =>
        Service(shape, endpoint => endpoint, pods);

    /// <summary>A Service with slices of both families for the named pods, each shaped by its pod's name.</summary>
    public ServiceObjects Service(Func<ServiceSpec, ServiceSpec> shape, Func<KubeEndpoint, KubeEndpoint> endpoint, params string[] pods)
    {
        var spec = shape(new ServiceSpec
        {
            Type = "ClusterIP",
            ClusterIP = "10.96.0.9",
            ClusterIPs = ["10.96.0.9", "fd96::9"],
            IpFamilies = ["IPv4", "IPv6"],
            Ports =
            [
                new ServicePort { Name = "t", Protocol = "TCP", Port = 80, TargetPort = PodServer.Port },
                new ServicePort { Name = "u", Protocol = "UDP", Port = 80, TargetPort = PodServer.Port },
            ],
        });
        return new ServiceObjects(
            new KubeService { Metadata = new() { Namespace = "default", Name = "web" }, Spec = spec, Status = spec.Type == "LoadBalancer" ? Balanced : null },
            [Slice(v6: false, endpoint, pods), Slice(v6: true, endpoint, pods)]);
    }

    public void Dispose()
    {
        foreach (var (node, proxy) in _cluster.Nodes.Zip(_proxies))
        {
            node.Namespace.Run(proxy.Remove);
            proxy.Dispose();
        }

        foreach (var server in _servers)
            server.Dispose();
        _outside.Dispose();
        _cluster.Dispose();
    }

    private static ServiceStatus Balanced => new()
    {
        LoadBalancer = new LoadBalancerStatus { Ingress = [new() { Ip = "198.51.100.7" }, new() { Ip = "2001:db8:51::7" }] },
    };

    private EndpointSlice Slice(bool v6, Func<KubeEndpoint, KubeEndpoint> shape, string[] pods) => new()
    {
        Metadata = new() { Namespace = "default", Name = v6 ? "web-6" : "web-4", Labels = StringMap.Of((EndpointSlice.ServiceNameLabel, "web")) },
        AddressType = v6 ? "IPv6" : "IPv4",
        Ports = [new() { Name = "t", Protocol = "TCP", Port = PodServer.Port }, new() { Name = "u", Protocol = "UDP", Port = PodServer.Port }],
        Endpoints = pods.Select(name => shape(new KubeEndpoint
        {
            Addresses = [PodAddress(name, v6).ToString()],
            Conditions = new EndpointConditions { Ready = true, Serving = true, Terminating = false },
            NodeName = _pods[name].Node.Name,
            Zone = name.StartsWith("near", StringComparison.Ordinal) ? NearZone : FarZone,
            TargetRef = new ObjectReference { Kind = "Pod", Namespace = "default", Name = name },
        })).ToEquatableArray(),
    };
}
