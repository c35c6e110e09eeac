using System.Text.Json.Nodes;
using Weft.ApiServer.Json;

namespace Weft.ApiServer.Writes;

/// <summary>What a Service's type means for the fields that the server fills in.</summary>
internal static class ServicePorts
{
    public static bool NeedsClusterIp(JsonObject spec) => Type(spec) != "ExternalName";

    public static bool NeedsNodePorts(JsonObject spec) => Type(spec) is "NodePort" or "LoadBalancer";

    public static bool NeedsHealthCheck(JsonObject spec) => Type(spec) == "LoadBalancer" && spec.Text("externalTrafficPolicy") == "Local";

    public static bool IsExternallyAccessible(JsonObject spec) => NeedsNodePorts(spec) || (Type(spec) == "ClusterIP" && spec.Items("externalIPs").Any());

    public static string Type(JsonObject spec) => spec.Text("type") is { Length: > 0 } type ? type : "ClusterIP";

    public static int NodePort(JsonNode port) => (int)(port.Number("nodePort") ?? 0);

    public static int HealthPort(JsonObject spec) => (int)(spec.Number("healthCheckNodePort") ?? 0);

    /// <summary>Every node port and health check port that a Service names.</summary>
    public static IEnumerable<int> Numbers(JsonObject? spec) => spec is null
        ? []
        : spec.Items("ports").Select(NodePort).Append(HealthPort(spec)).Where(port => port != 0);
}
