using System.Globalization;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Tests.Policies.TruthTables;
using KubeEndpoint = Weft.Kubernetes.Endpoint;

namespace Weft.KernelTests.Policies.TruthTables;

/// <summary>A Service for each of the nine pods, on all targets.</summary>
internal static class TruthServices
{
    public static ServiceObjects Of(TruthPod pod) => new(
        new Service
        {
            Metadata = new() { Namespace = pod.Namespace, Name = pod.Name },
            Spec = new()
            {
                ClusterIP = pod.ClusterIp(v6: false).ToString(),
                ClusterIPs = [pod.ClusterIp(v6: false).ToString(), pod.ClusterIp(v6: true).ToString()],
                Ports = TruthTarget.All.Select(target => new ServicePort { Name = NameOf(target), Protocol = target.ProtocolName, Port = target.Port, TargetPort = target.Port }).ToEquatableArray(),
            },
        },
        [Slice(pod, v6: false), Slice(pod, v6: true)]);

    private static EndpointSlice Slice(TruthPod pod, bool v6) => new()
    {
        Metadata = new() { Namespace = pod.Namespace, Name = $"{pod.Name}-{(v6 ? 6 : 4)}", Labels = StringMap.Of((EndpointSlice.ServiceNameLabel, pod.Name)) },
        AddressType = v6 ? "IPv6" : "IPv4",
        Ports = TruthTarget.All.Select(target => new EndpointPort { Name = NameOf(target), Protocol = target.ProtocolName, Port = target.Port }).ToEquatableArray(),
        Endpoints =
        [
            new KubeEndpoint
            {
                Addresses = [pod.Address(v6).ToString()],
                Conditions = new EndpointConditions { Ready = true, Serving = true, Terminating = false },
                NodeName = string.Create(CultureInfo.InvariantCulture, $"node{pod.Node}"),
                TargetRef = new ObjectReference { Kind = "Pod", Namespace = pod.Namespace, Name = pod.Name },
            },
        ],
    };

    private static string NameOf(TruthTarget target) => string.Create(CultureInfo.InvariantCulture, $"{target.Protocol}-{target.Port}").ToLowerInvariant();
}
