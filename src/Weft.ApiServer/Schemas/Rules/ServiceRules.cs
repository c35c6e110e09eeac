using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Schemas.Rules;

using Validation = Validation.Validation;

/// <summary>What holds across the fields of a Service.</summary>
internal static class ServiceRules
{
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
        Addresses(spec, v);
        foreach (var (key, value) in spec.Object("selector") ?? [])
            SelectorRules.Label(key, value.Text() ?? "", "selector", v);
        if (spec.Object("sessionAffinityConfig")?.Object("clientIP")?.Number("timeoutSeconds") is { } timeout && timeout is <= 0 or > 86400)
            v.Invalid("sessionAffinityConfig.clientIP.timeoutSeconds", timeout, "must be greater than 0 and less than or equal to 86400");
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

    /// <summary>The first cluster IP stays, except on the way from and to ExternalName.</summary>
    public static void Update(JsonObject service, JsonObject old, Validation v)
    {
        if (service.Object("spec") is not { } spec || old.Object("spec") is not { } before)
            return;
        if (spec.Text("type") == "ExternalName" || before.Text("type") == "ExternalName")
            return;
        var (ip, oldIp) = (spec.Text("clusterIP"), before.Text("clusterIP"));
        if (oldIp.Length == 0 || ip.Length == 0 || ip == oldIp)
            return;
        v.InvalidRaw("spec.clusterIPs[0]", $"[]string{{{GoSyntax.Quote(ip)}}}", "may not change once set");
    }

    private static void ByType(JsonObject spec, Validation v)
    {
        var headless = spec.Text("clusterIP") == "None";
        switch (spec.Text("type"))
        {
            case "LoadBalancer" when headless:
                v.Invalid("clusterIPs[0]", "None", "may not be set to 'None' for LoadBalancer services");
                break;
            case "NodePort" when headless:
                v.Invalid("clusterIPs[0]", "None", "may not be set to 'None' for NodePort services");
                break;
            case "ExternalName":
                if (spec.Text("clusterIP").Length > 0)
                    v.Forbidden("clusterIPs[0]", "may not be set for ExternalName services");
                if (spec.Text("externalName") is { Length: > 0 } name)
                    v.Check("externalName", name, Formats.Subdomain(name.TrimEnd('.')));
                else
                    v.Required("externalName");
                return;
        }
        if (!spec.Objects("ports").Any() && !headless)
            v.Required("ports");
        if (spec.Text("type") is "ClusterIP" && spec.Text("externalTrafficPolicy").Length > 0 && spec["externalIPs"] is not JsonArray { Count: > 0 })
            v.Invalid("externalTrafficPolicy", spec["externalTrafficPolicy"], "may only be set for externally-accessible services");
    }

    private static void Ports(JsonObject spec, Validation v)
    {
        var ports = spec.Objects("ports").ToList();
        v.UniqueIn("ports", ports, "name");
        var numbers = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < ports.Count; i++)
        {
            if (ports.Count > 1 && ports[i].Text("name").Length == 0)
                v.Required($"ports[{i}].name");
            if (!numbers.Add($"{ports[i].Text("protocol")}/{ports[i]["port"]}"))
                v.Duplicate($"ports[{i}]", new JsonObject { ["protocol"] = ports[i].Text("protocol"), ["port"] = ports[i]["port"]?.DeepClone() });
            if (spec.Text("type") == "ClusterIP" && ports[i].Number("nodePort") is > 0)
                v.Forbidden($"ports[{i}].nodePort", "may not be used when `type` is 'ClusterIP'");
        }
    }

    private static void Addresses(JsonObject spec, Validation v)
    {
        if (spec.Text("clusterIP") is { Length: > 0 } ip and not "None" && spec.Text("type") != "ExternalName")
            v.Check("clusterIPs[0]", ip, Formats.Ip(ip));
        if (spec["clusterIPs"] is JsonArray { Count: > 0 } all && all[0].Text() != spec.Text("clusterIP") && spec.Text("clusterIP").Length > 0)
            v.Invalid("clusterIPs", all, "first value must match `clusterIP`");
        var index = 0;
        foreach (var external in spec.Texts("externalIPs"))
            v.Check($"externalIPs[{index++}]", external, Formats.Ip(external));
        foreach (var family in spec.Texts("ipFamilies").Where(f => f is not ("IPv4" or "IPv6")))
            v.Unsupported("ipFamilies", family, ["IPv4", "IPv6"]);
        index = 0;
        foreach (var range in spec.Texts("loadBalancerSourceRanges"))
            v.Check($"loadBalancerSourceRanges[{index++}]", range, Formats.Cidr(range.Trim()));
    }
}
