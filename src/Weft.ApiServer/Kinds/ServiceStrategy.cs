using System.Text.Json.Nodes;
using Weft.ApiServer.Json;
using Weft.ApiServer.Writes;

namespace Weft.ApiServer.Kinds;

/// <summary>What an update of a Service keeps of what the server filled in, and what goes with a change of its type.</summary>
/// <remarks>
/// A plain manifest that names no addresses can replace the stored Service. A field that no longer applies is dropped only when the client
/// left it as it was; one that the client set is left for validation to refuse.
/// </remarks>
internal sealed class ServiceStrategy : KindStrategy
{
    public override bool ReturnsDeletedObject => true;

    public override void PrepareForCreate(JsonObject obj, JsonObject? status)
    {
        obj["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() };
        if (obj["spec"] is JsonObject spec && spec.Text("clusterIP") is { Length: > 0 } only && !spec.Items("clusterIPs").Any())
            spec["clusterIPs"] = new JsonArray(only);
    }

    public override void PrepareForUpdate(JsonObject obj, JsonObject old)
    {
        if (obj["spec"] is not JsonObject spec || old["spec"] is not JsonObject before)
            return;
        AlignAddresses(spec, before);
        KeepAllocated(spec, before);
        DropInapplicable(spec, before);
    }

    /// <summary>Lets a change of only one of <c>clusterIP</c> and <c>clusterIPs</c> stand for both.</summary>
    private static void AlignAddresses(JsonObject spec, JsonObject before)
    {
        var (single, former) = (spec.Text("clusterIP") ?? "", before.Text("clusterIP") ?? "");
        var unchanged = Same(spec, before, "clusterIPs");
        if (single.Length == 0)
        {
            if (former.Length > 0 && unchanged)
                spec.Remove("clusterIPs");
        }
        else if (!spec.Items("clusterIPs").Any() && (single != former || !before.Items("clusterIPs").Any()))
        {
            spec["clusterIPs"] = new JsonArray(single);
        }
        else if (single != former && unchanged && spec["clusterIPs"] is JsonArray { Count: > 0 } all)
        {
            all[0] = single;
        }
    }

    private static void KeepAllocated(JsonObject spec, JsonObject before)
    {
        if (ServicePorts.NeedsClusterIp(spec) && ServicePorts.NeedsClusterIp(before))
        {
            if (spec.Text("clusterIP") is null or "" && !spec.Items("clusterIPs").Any())
                spec.Take(before, "clusterIP");
            if (!spec.Items("clusterIPs").Any() && spec.Text("clusterIP") == before.Text("clusterIP"))
                spec.Take(before, "clusterIPs");
        }
        if (ServicePorts.NeedsNodePorts(spec) && ServicePorts.NeedsNodePorts(before))
            KeepNodePorts(spec, before);
        if (ServicePorts.NeedsHealthCheck(spec) && ServicePorts.NeedsHealthCheck(before) && ServicePorts.HealthPort(spec) == 0)
            spec.Take(before, "healthCheckNodePort");
    }

    private static void KeepNodePorts(JsonObject spec, JsonObject before)
    {
        var used = spec.Items("ports").Select(ServicePorts.NodePort).ToHashSet();
        var former = before.Items("ports").ToLookup(PortKey, ServicePorts.NodePort);
        foreach (var port in spec.Items("ports").OfType<JsonObject>().Where(port => ServicePorts.NodePort(port) == 0))
        {
            if (former[PortKey(port)].FirstOrDefault() is not 0 and var number && !used.Contains(number))
                port["nodePort"] = number;
        }
    }

    private static (string, long) PortKey(JsonNode port) => (port.Text("protocol") ?? "TCP", port.Number("port") ?? 0);

    private static void DropInapplicable(JsonObject spec, JsonObject before)
    {
        if (ServicePorts.NeedsClusterIp(before) && !ServicePorts.NeedsClusterIp(spec))
        {
            if (Same(spec, before, "clusterIPs"))
                spec.Remove("clusterIP");
            Drop(spec, before, "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy");
        }
        if (ServicePorts.NeedsNodePorts(before) && !ServicePorts.NeedsNodePorts(spec) && ServicePorts.Numbers(spec).All(ServicePorts.Numbers(before).Contains))
        {
            foreach (var port in spec.Items("ports").OfType<JsonObject>())
                port.Remove("nodePort");
        }
        if (ServicePorts.NeedsHealthCheck(before) && !ServicePorts.NeedsHealthCheck(spec))
            Drop(spec, before, "healthCheckNodePort");
        if (ServicePorts.Type(before) == "LoadBalancer" && ServicePorts.Type(spec) != "LoadBalancer")
            Drop(spec, before, "allocateLoadBalancerNodePorts", "loadBalancerClass");
        if (ServicePorts.IsExternallyAccessible(before) && !ServicePorts.IsExternallyAccessible(spec))
            Drop(spec, before, "externalTrafficPolicy");
    }

    private static void Drop(JsonObject spec, JsonObject before, params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            if (Same(spec, before, field))
                spec.Remove(field);
        }
    }

    private static bool Same(JsonObject spec, JsonObject before, string field) => JsonNode.DeepEquals(spec[field], before[field]);
}
