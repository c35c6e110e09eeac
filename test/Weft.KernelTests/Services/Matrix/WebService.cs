using Weft.Kubernetes;
using Weft.Model;
using KubeEndpoint = Weft.Kubernetes.Endpoint;
using KubeService = Weft.Kubernetes.Service;

namespace Weft.KernelTests.Services.Matrix;

/// <summary>The Service that tests vary: 80/TCP, 80/UDP and 443/TCP, with slices of both families.</summary>
/// <param name="world">Where its pods are.</param>
/// <param name="pods">Its endpoints.</param>
internal sealed class WebService(ServiceWorld world, params string[] pods)
{
    public static readonly EquatableArray<string> ExternalIps = ["198.51.100.9", "2001:db8:51::9"];

    private static readonly EquatableArray<LoadBalancerIngress> Balanced = [new() { Ip = "198.51.100.7" }, new() { Ip = "2001:db8:51::7" }];

    private ServiceSpec _spec = new()
    {
        Type = "ClusterIP",
        ClusterIP = "10.96.0.9",
        ClusterIPs = ["10.96.0.9", "fd96::9"],
        IpFamilies = ["IPv4", "IPv6"],
        Ports =
        [
            new() { Name = "t", Protocol = "TCP", Port = 80, TargetPort = PodServer.Port },
            new() { Name = "u", Protocol = "UDP", Port = 80, TargetPort = PodServer.Port },
            new() { Name = "second", Protocol = "TCP", Port = 443, TargetPort = PodServer.SecondPort },
        ],
    };

    private EquatableArray<LoadBalancerIngress> _ingress = [];
    private StringMap _labels;
    private (string Namespace, string Name) _key = ("default", "web");
    private Func<KubeEndpoint, KubeEndpoint> _endpoint = static endpoint => endpoint;

    public static IpAddress ClusterIp(bool v6) => IpAddress.Parse(v6 ? "fd96::9" : "10.96.0.9");

    public static IpAddress ExternalIp(bool v6) => IpAddress.Parse(ExternalIps[v6 ? 1 : 0]);

    public static IpAddress BalancerIp(bool v6) => IpAddress.Parse(Balanced[v6 ? 1 : 0].Ip!);

    /// <summary>Another Service.</summary>
    public WebService Called(ObjectKey key)
    {
        _key = (key.Namespace!, key.Name);
        return this;
    }

    /// <summary>30080/TCP, 30081/UDP, 30082 for 443/TCP.</summary>
    public WebService NodePorts() => With(spec => spec with
    {
        Type = "NodePort", Ports = spec.Ports.Select((port, i) => port with { NodePort = 30080 + i }).ToEquatableArray(),
    });

    /// <summary>With all kinds of external addresses.</summary>
    public WebService External() => NodePorts().Balancer(Balanced).With(spec => spec with { ExternalIPs = ExternalIps });

    public WebService Balancer() => Balancer(Balanced);

    public WebService Balancer(EquatableArray<LoadBalancerIngress> ingress)
    {
        _ingress = ingress;
        return With(spec => spec with { Type = "LoadBalancer" });
    }

    /// <summary>80/SCTP in place of all others, and 30082/SCTP if it has node ports.</summary>
    public WebService Sctp() => With(static spec => spec with
    {
        Ports = [new() { Name = "s", Protocol = "SCTP", Port = 80, TargetPort = PodServer.Port, NodePort = spec.Ports[^1].NodePort }],
    });

    public WebService Sticky(int seconds) => With(spec => spec with
    {
        SessionAffinity = "ClientIP", SessionAffinityConfig = new() { ClientIP = new() { TimeoutSeconds = seconds } },
    });

    public WebService With(Func<ServiceSpec, ServiceSpec> change)
    {
        _spec = change(_spec);
        return this;
    }

    public WebService Label(string label)
    {
        _labels = StringMap.Of((label, "other"));
        return this;
    }

    /// <summary>Changes endpoints; whose they are is in <c>TargetRef</c>.</summary>
    public WebService Endpoints(Func<KubeEndpoint, KubeEndpoint> change)
    {
        _endpoint = change;
        return this;
    }

    /// <summary>Those of these pods, or of all, terminate and still serve.</summary>
    public WebService Terminating(params string[] leaving) => Endpoints(endpoint => leaving.Length > 0 && !leaving.Contains(endpoint.TargetRef!.Name)
        ? endpoint
        : endpoint with { Conditions = new EndpointConditions { Ready = false, Serving = true, Terminating = true } });

    public ServiceObjects Objects => new(
        new KubeService
        {
            Metadata = new() { Namespace = _key.Namespace, Name = _key.Name, Labels = _labels },
            Spec = _spec,
            Status = new() { LoadBalancer = new() { Ingress = _ingress } },
        },
        [Slice(v6: false), Slice(v6: true)]);

    private EndpointSlice Slice(bool v6) => new()
    {
        Metadata = new()
        {
            Namespace = _key.Namespace, Name = $"{_key.Name}-{(v6 ? 6 : 4)}", Labels = StringMap.Of((EndpointSlice.ServiceNameLabel, _key.Name)),
        },
        AddressType = v6 ? "IPv6" : "IPv4",
        Ports = _spec.Ports.Select(port => new EndpointPort { Name = port.Name, Protocol = port.Protocol, Port = port.TargetPort!.Value.Number }).ToEquatableArray(),
        Endpoints = pods.Select(name => _endpoint(new KubeEndpoint
        {
            Addresses = [world.PodAddress(name, v6).ToString()],
            Conditions = new EndpointConditions { Ready = true, Serving = true, Terminating = false },
            NodeName = world.Pod(name).Node.Name,
            Zone = name.StartsWith("near", StringComparison.Ordinal) ? ServiceWorld.NearZone : ServiceWorld.FarZone,
            TargetRef = new ObjectReference { Kind = "Pod", Namespace = "default", Name = name },
        })).ToEquatableArray(),
    };
}
