using System.Text.Json.Nodes;
using Weft.ApiServer.Json;

namespace Weft.ApiServer.Kinds;

/// <summary>EndpointSlices: a Service's backends, in pieces.</summary>
internal static class EndpointSliceKind
{
    private const string Unset = "<unset>";

    public static ResourceKind Kind { get; } = new()
    {
        Group = "discovery.k8s.io", Version = "v1", Kind = "EndpointSlice", Plural = "endpointslices", Singular = "endpointslice",
        Namespaced = true, TracksGeneration = true,
        Columns =
        [
            TableColumn.ObjectName,
            TableColumn.Text("AddressType", obj => obj.Text("addressType")),
            TableColumn.Text("Ports", obj => Cells.Some([.. obj.Items("ports").Select(Port)], Unset)),
            TableColumn.Text("Endpoints", obj => Cells.Some([.. obj.Items("endpoints").SelectMany(e => e.Items("addresses")).Select(a => a.Text() ?? "")], Unset)),
            TableColumn.Age,
        ],
    };

    private static string Port(JsonNode port) => port.Number("port") is { } number ? $"{number}" : port.Text("name") ?? "*";
}
