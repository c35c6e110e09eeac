using System.Globalization;
using Weft.Compilers.Services;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Services;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Tests.Node.Proxy;

/// <summary>Services as tests of the agent need them: port 80 to port 8080 of so many pods.</summary>
internal static class ProxySamples
{
    /// <summary>Objects of a cluster with one node, <c>n1</c>, and the proxy of that name.</summary>
    public static ClusterSnapshot Cluster(string proxy, params EquatableArray<ServiceObjects> services) => new()
    {
        Nodes = [new KubeNode { Metadata = new() { Name = "n1" }, Spec = new() { PodCIDRs = ["10.244.1.0/24"] } }],
        Configuration = new ConfigMap { Data = StringMap.Of(("proxy", proxy), ("service-cidrs", "10.96.0.0/16")) },
        Services = services,
    };

    /// <summary>Service number <paramref name="number"/> with these endpoints.</summary>
    public static ServiceObjects Service(int number, int endpoints, string protocol = "TCP", int? nodePort = null) => new(
        new Service
        {
            Metadata = new() { Name = Text($"s{number}"), Namespace = "default" },
            Spec = new()
            {
                Type = nodePort is null ? "ClusterIP" : "NodePort",
                ClusterIP = Text($"10.96.0.{number}"),
                ClusterIPs = [Text($"10.96.0.{number}")],
                IpFamilies = ["IPv4"],
                Ports = [new ServicePort { Port = 80, Protocol = protocol, NodePort = nodePort }],
            },
        },
        [
            new EndpointSlice
            {
                Metadata = new() { Name = Text($"s{number}-x"), Namespace = "default", Labels = StringMap.Of((EndpointSlice.ServiceNameLabel, Text($"s{number}"))) },
                AddressType = "IPv4",
                Ports = [new EndpointPort { Name = "", Port = 8080, Protocol = protocol }],
                Endpoints = Enumerable.Range(1, endpoints).Select(i => new Endpoint { Addresses = [Text($"10.244.{number}.{i}")], Conditions = new() { Ready = true } }).ToEquatableArray(),
            },
        ]);

    /// <summary>The same Services compiled.</summary>
    public static ServiceTable Table(params EquatableArray<ServiceObjects> services) =>
        ServiceCompiler.CompileOnce(Cluster("nftables", services), "n1").Table;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
