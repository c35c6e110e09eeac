using System.Text.Json.Nodes;
using Weft.ApiServer.Json;
using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Kinds;

/// <summary>Services: their addresses are given out by the server and kept for life.</summary>
internal static class ServiceKind
{
    /// <summary>Places of the taken addresses and ports among the selectable fields, so that allocation parses no Service.</summary>
    public const int ClusterIpsField = 2;

    public const int NodePortsField = 3;

    public const int HealthPortField = 4;

    public static ResourceKind Kind { get; } = new()
    {
        Group = "", Version = "v1", Kind = "Service", Plural = "services", Singular = "service",
        ShortNames = ["svc"], Categories = ["all"], Namespaced = true, HasStatus = true, CheckName = Formats.Rfc1035Label,
        SelectableFields =
        [
            SelectableField.AtPath("spec.clusterIP"),
            SelectableField.AtPath("spec.type"),
            new("spec.clusterIPs", obj => string.Join(' ', obj.Items("spec", "clusterIPs").Select(ip => ip.Text()))),
            new("spec.ports.nodePort", obj => string.Join(' ', obj.Items("spec", "ports").Select(p => p.Number("nodePort")).Where(p => p > 0))),
            new("spec.healthCheckNodePort", obj => $"{obj.Number("spec", "healthCheckNodePort")}"),
        ],
        Columns =
        [
            TableColumn.ObjectName,
            TableColumn.Text("Type", obj => obj.Text("spec", "type")),
            TableColumn.Text("Cluster-IP", obj => Cells.OrNone(obj.Items("spec", "clusterIPs").FirstOrDefault().Text() ?? obj.Text("spec", "clusterIP"))),
            TableColumn.Text("External-IP", External),
            TableColumn.Text("Port(s)", Ports),
            TableColumn.Age,
            TableColumn.Wide("Selector", obj => Cells.Labels(obj.At("spec", "selector"))),
        ],
        Strategy = new ServiceStrategy(),
    };

    private static string External(JsonObject obj)
    {
        var given = obj.Items("spec", "externalIPs").Select(ip => ip.Text() ?? "");
        switch (obj.Text("spec", "type"))
        {
            case "ExternalName":
                return obj.Text("spec", "externalName") ?? "";
            case "LoadBalancer":
                var ingress = obj.Items("status", "loadBalancer", "ingress").Select(i => i.Text("ip") ?? i.Text("hostname") ?? "");
                var all = string.Join(',', ingress.Concat(given).Where(ip => ip.Length > 0));
                return all.Length > 0 ? all : "<pending>";
            default:
                return Cells.OrNone(string.Join(',', given));
        }
    }

    private static string Ports(JsonObject obj) => Cells.OrNone(string.Join(',', obj.Items("spec", "ports").Select(port =>
    {
        var node = port.Number("nodePort") is { } nodePort and not 0 ? $":{nodePort}" : "";
        return $"{port.Number("port")}{node}/{port.Text("protocol") ?? "TCP"}";
    })));
}
