using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Weft.Kubernetes;
using Weft.Model;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Cli.Bench.Services;

/// <summary>A cluster with many Services: each has one port, one slice, and endpoints on other nodes.</summary>
internal sealed class BenchCluster
{
    public const string Node = "node1";

    private readonly ServiceObjects[] _services;
    private readonly int _endpoints;
    private int _moved;

    public BenchCluster(int services, int endpoints)
    {
        _endpoints = endpoints;
        _services = [.. Enumerable.Range(0, services).Select(number => Make(number, first: (number * endpoints) + 1))];
        Snapshot = Capture();
    }

    /// <summary>Gives the last Service these endpoints, and a UDP port beside the TCP one; returns its virtual address.</summary>
    public IpAddress Aim(IEnumerable<IpAddress> endpoints)
    {
        var (service, slices) = _services[^1];
        _services[^1] = new ServiceObjects(
            service with { Spec = service.Spec with { Ports = [.. service.Spec.Ports, new ServicePort { Name = "udp", Port = 80, Protocol = "UDP" }] } },
            [slices[0] with
            {
                Ports = [.. slices[0].Ports, new EndpointPort { Name = "udp", Port = 8080, Protocol = "UDP" }],
                Endpoints = endpoints.Select(address => EndpointAt(address)).ToEquatableArray(),
            }]);
        Snapshot = Capture();
        return ClusterIp(_services.Length - 1);
    }

    public ClusterSnapshot Snapshot { get; private set; }

    /// <summary>The virtual address of a Service.</summary>
    public static IpAddress ClusterIp(int number) => IpAddress.V4(0x0A600000 + (uint)number + 1);

    /// <summary>Replaces an endpoint of some Service, as a watch would tell.</summary>
    public void MoveOne()
    {
        var number = (int)((uint)(_moved * 7919) % (uint)_services.Length);
        var slice = _services[number].Slices[0];
        var endpoints = slice.Endpoints.ToArray();
        endpoints[_moved % endpoints.Length] = EndpointAt(IpAddress.V4(0x0AF50000 + (uint)(++_moved % 0xFFFF) + 1));
        _services[number] = _services[number] with { Slices = [slice with { Endpoints = ImmutableCollectionsMarshal.AsImmutableArray(endpoints) }] };
        Snapshot = Capture();
    }

    /// <summary>Makes all objects anew from their JSON, as an informer would hold them.</summary>
    public void Reread()
    {
        for (var i = 0; i < _services.Length; i++)
        {
            var (service, slices) = _services[i];
            _services[i] = new ServiceObjects(
                KubeJson.Parse<Service>(Bytes(service)), slices.Select(slice => KubeJson.Parse<EndpointSlice>(Bytes(slice))).ToEquatableArray());
        }

        Snapshot = Capture();
    }

    private ClusterSnapshot Capture() => new()
    {
        Nodes = [Self],
        Configuration = Configuration,
        Services = ImmutableCollectionsMarshal.AsImmutableArray(_services.ToArray()),
    };

    private ServiceObjects Make(int number, int first)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"service-{number:D6}");
        var service = new Service
        {
            Metadata = new() { Name = name, Namespace = "default", Uid = Guid.NewGuid().ToString(), ResourceVersion = "1" },
            Spec = new() { ClusterIPs = [ClusterIp(number).ToString()], Type = "ClusterIP", Ports = [new ServicePort { Port = 80, Protocol = "TCP" }] },
        };
        var slice = new EndpointSlice
        {
            Metadata = new() { Name = $"{name}-abcde", Namespace = "default", Labels = StringMap.Of((EndpointSlice.ServiceNameLabel, name)) },
            AddressType = "IPv4",
            Ports = [new EndpointPort { Name = "", Port = 8080, Protocol = "TCP" }],
            Endpoints = Enumerable.Range(first, _endpoints).Select(host => EndpointAt(IpAddress.V4(0x0AF40000 + (uint)host))).ToEquatableArray(),
        };
        return new ServiceObjects(service, [slice]);
    }

    private static byte[] Bytes<T>(T obj) => Encoding.UTF8.GetBytes(KubeJson.ToJson(obj).ToJsonString());

    private static Endpoint EndpointAt(IpAddress address) => new()
    {
        Addresses = [address.ToString()],
        Conditions = new() { Ready = true, Serving = true, Terminating = false },
        NodeName = "node2",
        TargetRef = new() { Kind = "Pod", Namespace = "default", Name = string.Create(CultureInfo.InvariantCulture, $"pod-{address.Bits:x8}"), Uid = "5e0f1a52-8a3f-4f4e-9c38-6d1f0a7a9a11" },
    };

    private static readonly KubeNode Self = new()
    {
        Metadata = new() { Name = Node },
        Spec = new() { PodCIDRs = ["10.244.0.0/24"] },
        Status = new() { Addresses = [new NodeAddress("InternalIP", "172.30.0.11")] },
    };

    private static readonly ConfigMap Configuration = new()
    {
        Metadata = new() { Name = "weft-config", Namespace = "kube-system" },
        Data = StringMap.Of(("pod-cidrs", "10.240.0.0/12"), ("service-cidrs", "10.96.0.0/12")),
    };
}
