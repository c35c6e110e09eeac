using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>For whom an endpoint is meant, as <c>trafficDistribution</c> asks: pure.</summary>
/// <remarks>
/// <c>PreferSameZone</c> and its older name <c>PreferClose</c> give each ready endpoint to its own zone, <c>PreferSameNode</c> also to its own node
/// (KEP-3015). An endpoint without a zone gets no hint, and proxies then use all endpoints. A Service in topology mode is not for here.
/// </remarks>
internal static class TopologyHints
{
    public static EndpointHints? For(Service service, Endpoint endpoint)
    {
        if (endpoint.Conditions?.Ready is not true || TopologyMode.IsAuto(service))
            return null;
        var hints = service.Spec.TrafficDistribution switch
        {
            "PreferClose" or "PreferSameZone" => new EndpointHints { ForZones = Named(endpoint.Zone) },
            "PreferSameNode" => new EndpointHints { ForZones = Named(endpoint.Zone), ForNodes = Named(endpoint.NodeName) },
            _ => null,
        };
        return hints is { ForZones.Count: 0, ForNodes.Count: 0 } ? null : hints;
    }

    private static Weft.Model.EquatableArray<NamedItem> Named(string? name) => string.IsNullOrEmpty(name) ? default : [new NamedItem(name)];
}
