using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;

namespace Weft.ApiServer.Schemas.Rules;

/// <summary>Defaults of Services that depend on other fields. Addresses and node ports are the allocator's.</summary>
internal static class ServiceDefaults
{
    // Three hours: the affinity timeout of kube-proxy.
    private const int AffinitySeconds = 10800;

    public static void Service(JsonObject service)
    {
        if (service.Object("spec") is not { } spec)
            return;
        var type = spec.Text("type");
        if (spec.Text("sessionAffinity") == "ClientIP")
            Affinity(spec);
        else if (spec.Text("sessionAffinity") == "None")
            spec.Remove("sessionAffinityConfig");
        if (type == "ExternalName")
            return;
        spec.TryAdd("internalTrafficPolicy", "Cluster");
        if (type is "NodePort" or "LoadBalancer" || spec["externalIPs"] is JsonArray { Count: > 0 })
            spec.TryAdd("externalTrafficPolicy", "Cluster");
        if (type == "LoadBalancer")
            spec.TryAdd("allocateLoadBalancerNodePorts", true);
    }

    public static void Port(JsonObject port)
    {
        if (port["targetPort"] is not { } target || target.Text() == "" || (JsonScalars.TryInteger(target, out var number) && number == 0))
        {
            if (port["port"] is { } own)
                port["targetPort"] = own.DeepClone();
        }
    }

    private static void Affinity(JsonObject spec)
    {
        if (spec.Object("sessionAffinityConfig") is not { } config)
            spec["sessionAffinityConfig"] = config = [];
        if (config.Object("clientIP") is not { } client)
            config["clientIP"] = client = [];
        client.TryAdd("timeoutSeconds", AffinitySeconds);
    }
}
