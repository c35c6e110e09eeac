using System.Globalization;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Compilers.Tracing;

/// <summary>Why a connection to a Service ends before any endpoint, in words of its objects.</summary>
internal sealed class Reasons(ClusterSnapshot objects, ServiceTable table, string node)
{
    public static string PortsOf(Service service) => string.Join(", ", service.Spec.Ports.Select(port =>
        string.Create(CultureInfo.InvariantCulture, $"{port.Port}/{port.Protocol ?? "TCP"}{(string.IsNullOrEmpty(port.Name) ? "" : $" ({port.Name})")}")));

    /// <summary>The port that serves an address.</summary>
    public ProxiedPort? Serving(IpAddress address, ushort port, L4Protocol protocol, bool isNode) => table.Ports.FirstOrDefault(served =>
        served.Name.Protocol == protocol && served.IsV6 == address.IsV6
        && served.Frontends.Any(frontend => frontend.Port == port && (frontend.Address == address || (frontend.Address is null && isNode))));

    public string For(TraceEnd client, IpAddress address, ushort port, L4Protocol protocol, bool isNode)
    {
        if (Serving(address, port, protocol, isNode) is not { } served)
            return NoPort(address, port, protocol);
        if (served.RestrictsSources && !served.SourceRanges.Any(range => range.Contains(client.Address)))
            return $"{client.Address} is not in loadBalancerSourceRanges of Service {served.Name.Namespace}/{served.Name.Service} ({string.Join(", ", served.SourceRanges)})";
        if (served.HasAnyBackend)
            return $"Service {served.Name} has endpoints, but none on node {node}, and its {(served.InternalLocal ? "internalTrafficPolicy" : "externalTrafficPolicy")} is Local";
        return $"Service {served.Name} has no endpoint that is ready, or terminating and still serving: {Endpoints(served.Name)}";
    }

    private string NoPort(IpAddress address, ushort port, L4Protocol protocol)
    {
        var text = address.ToString();
        var owner = objects.Services.Select(service => service.Service).FirstOrDefault(service => service.Spec.ClusterIP == text || service.Spec.ClusterIPs.AsSpan().Contains(text));
        return owner is null
            ? $"no Service has the address {address}"
            : string.Create(CultureInfo.InvariantCulture, $"Service {owner.Key()} has no port {port}/{protocol.ToString().ToUpperInvariant()}; it has {PortsOf(owner)}");
    }

    private string Endpoints(ServicePortName name)
    {
        var service = objects.Services.First(service => service.Service.Metadata.Name == name.Service && service.Service.Metadata.Namespace == name.Namespace);
        var known = service.Slices.Sum(slice => slice.Endpoints.Count);
        return known > 0
            ? $"its slices list {known}, none of them ready with that port: look at the pods' readiness and at targetPort"
            : service.Service.Spec.Selector.Count > 0 ? $"no pod has the labels {service.Service.Spec.Selector}" : "it has no selector, and no EndpointSlice is labelled with its name";
    }
}
