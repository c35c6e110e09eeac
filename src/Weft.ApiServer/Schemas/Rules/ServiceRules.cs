using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Schemas.Rules;

using Validation = Validation.Validation;

/// <summary>What holds across the fields of a Service.</summary>
internal static class ServiceRules
{
    private static readonly string[] Distributions = ["PreferClose", "PreferSameNode", "PreferSameZone"];

    public static void Validate(JsonObject service, Validation v)
    {
        if (service.Object("spec") is not { } spec)
        {
            v.Required("spec.ports");
            return;
        }
        v.Path.Push("spec");
        ByType(spec, v);
        Ports(spec, v);
        ServiceAddressRules.Validate(spec, v);
        External(spec, v);
        foreach (var (key, value) in spec.Object("selector") ?? [])
            SelectorRules.Label(key, value.Text() ?? "", "selector", v);
        if (spec.Object("sessionAffinityConfig")?.Object("clientIP")?.Number("timeoutSeconds") is { } timeout && timeout is <= 0 or > 86400)
            v.Invalid("sessionAffinityConfig.clientIP.timeoutSeconds", timeout, "must be greater than 0 and less than or equal to 86400");
        if (spec.Text("trafficDistribution") is { Length: > 0 } distribution && !Distributions.Contains(distribution))
            v.Unsupported("trafficDistribution", distribution, Distributions);
        v.Path.Pop();
    }

    public static void Port(JsonObject port, Validation v)
    {
        if (port.Text("name") is { Length: > 0 } name)
            v.Check("name", name, Formats.Label(name));
        if (port["targetPort"] is { } target)
            ProbeRules.PortOrName(target, "targetPort", v);
        if (port.Number("nodePort") is { } node and not 0 && Formats.Port(node) is { } problem)
            v.Invalid("nodePort", port["nodePort"], problem);
        if (port.Text("appProtocol") is { Length: > 0 } protocol)
            v.Check("appProtocol", protocol, Formats.QualifiedName(protocol));
    }

    private static void ByType(JsonObject spec, Validation v)
    {
        var type = spec.Text("type");
        var headless = spec.Text("clusterIP") == "None";
        if (type is "LoadBalancer" or "NodePort" && headless)
            v.Invalid("clusterIPs[0]", "None", $"may not be set to 'None' for {type} services");
        if (type == "ExternalName")
        {
            ExternalName(spec, v);
            return;
        }
        if (!spec.Objects("ports").Any() && !headless)
            v.Required("ports");
        if (spec.Text("internalTrafficPolicy").Length == 0)
            v.Required("internalTrafficPolicy");
    }

    private static void ExternalName(JsonObject spec, Validation v)
    {
        if (spec["clusterIPs"] is JsonArray { Count: > 0 } || spec.Text("clusterIP").Length > 0)
            v.Forbidden("clusterIPs", "may not be set for ExternalName services");
        if (spec["ipFamilies"] is JsonArray { Count: > 0 })
            v.Forbidden("ipFamilies", "may not be set for ExternalName services");
        if (spec.Text("ipFamilyPolicy").Length > 0)
            v.Forbidden("ipFamilyPolicy", "may not be set for ExternalName services");
        if (spec.Text("externalName") is { Length: > 0 } name)
            v.Check("externalName", name, Formats.Subdomain(name.TrimEnd('.')));
        else
            v.Required("externalName");
    }

    private static void Ports(JsonObject spec, Validation v)
    {
        var ports = spec.Objects("ports").ToList();
        v.UniqueIn("ports", ports, "name");
        var numbers = new HashSet<string>(StringComparer.Ordinal);
        var nodePorts = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < ports.Count; i++)
        {
            var protocol = ports[i].Text("protocol");
            if (ports.Count > 1 && ports[i].Text("name").Length == 0)
                v.Required($"ports[{i}].name");
            if (!numbers.Add($"{protocol}/{ports[i]["port"]}"))
                v.Duplicate($"ports[{i}]", new JsonObject { ["protocol"] = protocol, ["port"] = ports[i]["port"]?.DeepClone() });
            if (ports[i].Number("nodePort") is not > 0)
                continue;
            if (spec.Text("type") == "ClusterIP")
                v.Forbidden($"ports[{i}].nodePort", "may not be used when `type` is 'ClusterIP'");
            if (!nodePorts.Add($"{protocol}/{ports[i]["nodePort"]}"))
                v.Duplicate($"ports[{i}].nodePort", ports[i]["nodePort"]);
        }
    }

    /// <summary>Fields that only Services reached from outside may have.</summary>
    private static void External(JsonObject spec, Validation v)
    {
        var balanced = spec.Text("type") == "LoadBalancer";
        var reachable = spec.Text("type") is "NodePort" or "LoadBalancer" || (spec.Text("type") == "ClusterIP" && spec["externalIPs"] is JsonArray { Count: > 0 });
        if (!reachable && spec.Text("externalTrafficPolicy").Length > 0)
            v.Invalid("externalTrafficPolicy", spec["externalTrafficPolicy"], "may only be set for externally-accessible services");
        if (spec.Number("healthCheckNodePort") is not (null or 0) && !(balanced && spec.Text("externalTrafficPolicy") == "Local"))
            v.Invalid("healthCheckNodePort", spec["healthCheckNodePort"], "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
        if (!balanced && spec["allocateLoadBalancerNodePorts"] is not null)
            v.Forbidden("allocateLoadBalancerNodePorts", "may only be used when `type` is 'LoadBalancer'");
        if (!balanced && spec["loadBalancerClass"] is not null)
            v.Forbidden("loadBalancerClass", "may only be used when `type` is 'LoadBalancer'");
        else if (spec.Text("loadBalancerClass") is { Length: > 0 } name)
            v.Check("loadBalancerClass", name, Formats.QualifiedName(name));
        if (!balanced && spec["loadBalancerSourceRanges"] is JsonArray { Count: > 0 })
            v.Forbidden("loadBalancerSourceRanges", "may only be used when `type` is 'LoadBalancer'");
        var index = 0;
        foreach (var external in spec.Texts("externalIPs"))
            v.Check($"externalIPs[{index++}]", external, ServiceAddressRules.Reachable(external));
        index = 0;
        foreach (var range in spec.Texts("loadBalancerSourceRanges"))
            v.Check($"loadBalancerSourceRanges[{index++}]", range, Formats.Cidr(range.Trim()));
    }
}
