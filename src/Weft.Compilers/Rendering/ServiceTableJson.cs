using System.Text.Json.Nodes;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Compilers.Rendering;

/// <summary>What a node's proxy serves, as JSON of a stable shape (docs/services.md, "Render").</summary>
internal static class ServiceTableJson
{
    public static JsonObject Of(ServiceTable table, string node) => new()
    {
        ["node"] = node,
        ["podRanges"] = Texts(table.PodRanges),
        ["serviceRanges"] = Texts(table.ServiceRanges),
        ["nodePortAddresses"] = Texts(table.NodePortAddresses),
        ["masqueradeAll"] = table.MasqueradeAll,
        ["ports"] = new JsonArray([.. table.Ports.Select(Port)]),
    };

    private static JsonNode Port(ProxiedPort port) => new JsonObject
    {
        ["namespace"] = port.Name.Namespace,
        ["service"] = port.Name.Service,
        ["port"] = port.Name.Port,
        ["protocol"] = port.Name.Protocol.ToString().ToUpperInvariant(),
        ["family"] = port.IsV6 ? "IPv6" : "IPv4",
        ["frontends"] = new JsonArray([.. port.Frontends.Select(frontend => (JsonNode)new JsonObject
        {
            ["kind"] = frontend.Kind.ToString(), ["address"] = frontend.Address?.ToString(), ["port"] = frontend.Port,
        })]),
        ["endpoints"] = Backends(port.ClusterBackends),
        ["localEndpoints"] = Backends(port.LocalBackends),
        ["internalTrafficPolicy"] = port.InternalLocal ? "Local" : "Cluster",
        ["externalTrafficPolicy"] = port.ExternalLocal ? "Local" : "Cluster",
        ["affinitySeconds"] = port.AffinitySeconds,
        ["sourceRanges"] = port.RestrictsSources ? Texts(port.SourceRanges) : null,
    };

    private static JsonArray Backends(EquatableArray<Backend> backends) =>
        new([.. backends.Select(backend => (JsonNode)new JsonObject { ["address"] = backend.Address.ToString(), ["port"] = backend.Port, ["local"] = backend.IsLocal })]);

    private static JsonArray Texts(EquatableArray<IpPrefix> ranges) => new([.. ranges.Select(range => (JsonNode)range.ToString())]);
}
