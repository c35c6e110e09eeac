using System.Text.Json.Nodes;
using Weft.ApiServer.Json;

namespace Weft.ApiServer.Kinds;

/// <summary>Endpoints: the older list of a Service's backends.</summary>
internal static class EndpointsKind
{
    public static ResourceKind Kind { get; } = new()
    {
        Group = "", Version = "v1", Kind = "Endpoints", Plural = "endpoints", Singular = "endpoints",
        ShortNames = ["ep"], Namespaced = true,
        Columns = [TableColumn.ObjectName, TableColumn.Text("Endpoints", Addresses), TableColumn.Age],
    };

    private static string Addresses(JsonObject obj) => Cells.Some([.. obj.Items("subsets").SelectMany(OfSubset)], Cells.None);

    private static IEnumerable<string> OfSubset(JsonNode subset)
    {
        var addresses = subset.Items("addresses").Select(a => a.Text("ip") ?? "").ToList();
        var ports = subset.Items("ports").Select(p => p.Number("port") ?? 0).ToList();
        return ports.Count == 0 ? addresses : ports.SelectMany(port => addresses.Select(ip => ip.Contains(':') ? $"[{ip}]:{port}" : $"{ip}:{port}"));
    }
}
