using System.Globalization;
using Weft.Compilers.Services;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Services;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Tests.ServiceProxy;

/// <summary>Short ways to Services, slices and clusters for tests of the compiler.</summary>
internal static class TestServices
{
    /// <summary>The node for which tests compile; its zone is <c>a</c>.</summary>
    public const string Self = "node1";

    public static KubeNode NodeOf(string name = Self, string zone = "a", params ReadOnlySpan<string> ranges) => new()
    {
        Metadata = new() { Name = name, Labels = StringMap.Of(("topology.kubernetes.io/zone", zone)) },
        Spec = new() { PodCIDRs = ranges.Length > 0 ? EquatableArray.Create(ranges) : ["10.244.1.0/24", "fd44:0:0:1::/64"] },
        Status = new() { Addresses = [new NodeAddress("InternalIP", "172.30.0.11")] },
    };

    public static Service Service(string name, string clusterIp, params ReadOnlySpan<ServicePort> ports) => new()
    {
        Metadata = new() { Name = name, Namespace = "default" },
        Spec = new() { ClusterIPs = [clusterIp], Ports = ports.Length > 0 ? EquatableArray.Create(ports) : [new ServicePort { Port = 80 }] },
    };

    public static EndpointSlice Slice(string name, params ReadOnlySpan<Endpoint> endpoints) => new()
    {
        Metadata = new() { Name = name, Namespace = "default" },
        AddressType = "IPv4",
        Ports = [new EndpointPort { Name = "", Port = 8080, Protocol = "TCP" }],
        Endpoints = EquatableArray.Create(endpoints),
    };

    /// <summary>A ready endpoint.</summary>
    public static Endpoint At(string address, string node = "node2") => new() { Addresses = [address], NodeName = node };

    public static Endpoint With(this Endpoint endpoint, bool? ready = null, bool? serving = null, bool? terminating = null) =>
        endpoint with { Conditions = new() { Ready = ready, Serving = serving, Terminating = terminating } };

    public static Endpoint ForZone(this Endpoint endpoint, string zone) =>
        endpoint with { Hints = (endpoint.Hints ?? new()) with { ForZones = [new NamedItem(zone)] } };

    public static Endpoint ForNode(this Endpoint endpoint, string node) =>
        endpoint with { Hints = (endpoint.Hints ?? new()) with { ForNodes = [new NamedItem(node)] } };

    public static ClusterSnapshot Cluster(params ReadOnlySpan<ServiceObjects> services) => new() { Nodes = [NodeOf()], Services = EquatableArray.Create(services) };

    public static ServiceCompilation Compile(Service service, params ReadOnlySpan<EndpointSlice> slices) =>
        ServiceCompiler.CompileOnce(Cluster(new ServiceObjects(service, EquatableArray.Create(slices))), Self);

    /// <summary>The only port of a Service that is valid.</summary>
    public static ProxiedPort Port(Service service, params ReadOnlySpan<EndpointSlice> slices)
    {
        var (table, problems) = Compile(service, slices);
        Assert.Empty(problems);
        return Assert.Single(table.Ports);
    }

    /// <summary>Endpoints as <c>address:port</c>.</summary>
    public static string[] Text(this EquatableArray<Backend> backends) => [.. backends.Select(backend => backend.ToString())];

    public static ServiceObjects Numbered(int number) => new(
        Service(string.Create(CultureInfo.InvariantCulture, $"svc{number:D5}"), string.Create(CultureInfo.InvariantCulture, $"10.96.{number / 250}.{(number % 250) + 1}")),
        [Slice(string.Create(CultureInfo.InvariantCulture, $"svc{number:D5}-a"), At("10.244.2.1"), At("10.244.2.2"))]);
}
