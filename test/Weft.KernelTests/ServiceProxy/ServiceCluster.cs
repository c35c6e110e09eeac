using System.Globalization;
using Weft.Compilers.Services;
using Weft.KernelTests.Node;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.KernelTests.ServiceProxy;

/// <summary>Two nodes with two pods each, a server in every pod, and Services in front of them.</summary>
internal sealed class ServiceCluster : IDisposable
{
    private readonly TestCluster _cluster;
    private readonly List<EchoServer> _servers = [];

    private readonly Action<TestNode, ServiceTable> _program;

    private ServiceCluster(TestCluster cluster, Action<TestNode, ServiceTable> program)
    {
        _cluster = cluster;
        _program = program;
        _servers.AddRange(cluster.Pods.Select(pod => new EchoServer(pod.Namespace)));
    }

    public IReadOnlyList<TestNode> Nodes => _cluster.Nodes;

    public Underlay Underlay => _cluster.Underlay;

    /// <param name="program">Makes a node serve a table.</param>
    public static async Task<ServiceCluster> StartAsync(Action<TestNode, ServiceTable> program) =>
        new(await new TestCluster("ptp", "auto", 0, 0).WithPodsAsync(2), program);

    /// <summary>Programs every node with one Service over these pods.</summary>
    public void Serve(ServiceSpec spec, params IEnumerable<TestPod> pods) => Serve(spec, ingress: [], pods);

    /// <summary>Programs every node with one Service over these pods, with load balancer addresses.</summary>
    public void Serve(ServiceSpec spec, EquatableArray<LoadBalancerIngress> ingress, params IEnumerable<TestPod> pods)
    {
        var service = new Service
        {
            Metadata = new() { Name = "web", Namespace = "default" },
            Spec = spec with { Ports = [new ServicePort { Port = 80, NodePort = spec.Type is null ? null : 30080 }], ClusterIPs = ["10.96.0.1", "fd96::1"] },
            Status = new() { LoadBalancer = new() { Ingress = ingress } },
        };
        var objects = new ServiceObjects(service, [Slice("IPv4", pods), Slice("IPv6", pods)]);
        foreach (var node in _cluster.Nodes)
        {
            var (table, problems) = ServiceCompiler.CompileOnce(_cluster.Objects with { Services = [objects] }, node.Name);
            Assert.Empty(problems);
            _program(node, table);
        }
    }

    public void Dispose()
    {
        foreach (var server in _servers)
            server.Dispose();
        _cluster.Dispose();
    }

    /// <summary>Its address of a family.</summary>
    public static IpAddress Of(EquatableArray<IpAddress> addresses, bool v6) => addresses.First(address => address.IsV6 == v6);

    private static EndpointSlice Slice(string type, IEnumerable<TestPod> pods) => new()
    {
        Metadata = new() { Name = string.Create(CultureInfo.InvariantCulture, $"web-{type}"), Namespace = "default" },
        AddressType = type,
        Ports = [new EndpointPort { Name = "", Port = EchoServer.Port, Protocol = "TCP" }],
        Endpoints = pods.Select(pod => new Endpoint { Addresses = [Of(pod.Addresses, type == "IPv6").ToString()], NodeName = pod.Node.Name }).ToEquatableArray(),
    };
}
