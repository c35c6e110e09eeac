using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Schemas.Rules;

using Validation = Validation.Validation;

/// <summary>The cluster addresses of a Service and their families, as far as they can be judged without the cluster's ranges.</summary>
internal static class ServiceAddressRules
{
    private const string Unchangeable = "may not change once set";

    public static void Validate(JsonObject spec, Validation v)
    {
        if (spec.Text("type") == "ExternalName")
            return;
        Families(spec, v);
        var (single, all) = (spec.Text("clusterIP"), spec.Texts("clusterIPs").ToList());
        if (single.Length == 0 && all.Count > 0)
            v.InvalidRaw("clusterIPs", GoSyntax.StringList(all), "must be empty when `clusterIP` is not specified");
        else if (all.Count > 0 && all[0] != single)
            v.InvalidRaw("clusterIPs", GoSyntax.StringList(all), "first value must match `clusterIP`");
        Addresses(all.Count > 0 || single.Length == 0 ? all : [single], spec, v);
    }

    /// <summary>The first address stays for life, except on the way from and to ExternalName; the second may be given back.</summary>
    public static void Update(JsonObject service, JsonObject old, Validation v)
    {
        if (service.Object("spec") is not { } spec || old.Object("spec") is not { } before)
            return;
        if (spec.Text("type") == "ExternalName" || before.Text("type") == "ExternalName")
            return;
        var (now, then) = (AddressesOf(spec), AddressesOf(before));
        for (var i = 0; i < Math.Min(now.Count, then.Count); i++)
        {
            if (now[i] != then[i])
                v.InvalidRaw($"spec.clusterIPs[{i}]", GoSyntax.StringList(now), Unchangeable);
        }
        var (families, former) = (spec.Texts("ipFamilies").FirstOrDefault(), before.Texts("ipFamilies").FirstOrDefault());
        if (spec.Text("clusterIP") != "None" && families is not null && former is not null && families != former)
            v.InvalidRaw("spec.ipFamilies[0]", GoSyntax.StringList(spec.Texts("ipFamilies")), Unchangeable);
        var balanced = spec.Text("type") == "LoadBalancer" && before.Text("type") == "LoadBalancer";
        if (balanced && spec.Text("loadBalancerClass") != before.Text("loadBalancerClass"))
            v.Invalid("spec.loadBalancerClass", spec["loadBalancerClass"], Unchangeable);
        if (balanced && spec.Number("healthCheckNodePort") is not (null or 0) and var port && before.Number("healthCheckNodePort") is not (null or 0) and var formerPort && port != formerPort)
            v.Invalid("spec.healthCheckNodePort", port, "field is immutable");
    }

    /// <summary>What is wrong with an address that clients outside are to reach.</summary>
    public static string? Reachable(string text)
    {
        if (Formats.Ip(text) is { } problem)
            return problem;
        if (Formats.StrictIp(text) is not { } ip)
            return null;
        var bytes = ip.GetAddressBytes();
        return ip switch
        {
            _ when bytes.All(b => b == 0) => "may not be unspecified (0.0.0.0 or ::)",
            _ when IPAddress.IsLoopback(ip) => "may not be in the loopback range (127.0.0.0/8, ::1/128)",
            _ when ip.IsIPv6LinkLocal || (bytes.Length == 4 && bytes is [169, 254, ..]) => "may not be in the link-local range (169.254.0.0/16, fe80::/10)",
            _ when bytes is [224, 0, 0, _] || (ip.AddressFamily == AddressFamily.InterNetworkV6 && bytes is [0xff, 0x02, ..]) => "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)",
            _ => null,
        };
    }

    private static List<string> AddressesOf(JsonObject spec)
    {
        var all = spec.Texts("clusterIPs").ToList();
        return all.Count == 0 && spec.Text("clusterIP") is { Length: > 0 } single ? [single] : all;
    }

    private static void Families(JsonObject spec, Validation v)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var family in spec.Texts("ipFamilies"))
        {
            if (family is not ("IPv4" or "IPv6"))
                v.Unsupported($"ipFamilies[{index}]", family, ["IPv4", "IPv6"]);
            if (!seen.Add(family))
                v.Duplicate($"ipFamilies[{index}]", family);
            index++;
        }
    }

    private static void Addresses(List<string> all, JsonObject spec, Validation v)
    {
        if (all is ["None"])
            return;
        if (all is ["None", ..])
        {
            v.InvalidRaw("clusterIPs", GoSyntax.StringList(all), "'None' must be the first and only value");
            return;
        }
        var valid = true;
        for (var i = 0; i < all.Count; i++)
        {
            var problem = Formats.Ip(all[i]);
            v.Check($"clusterIPs[{i}]", all[i], problem);
            valid &= problem is null;
        }
        if (all.Count > 2)
            v.InvalidRaw("clusterIPs", GoSyntax.StringList(all), "may only hold up to 2 values");
        if (!valid)
            return;
        if (all.Count > 1 && all.DistinctBy(IsV6).Count() < 2)
            v.InvalidRaw("clusterIPs", GoSyntax.StringList(all), "may specify no more than one IP for each IP family");
        foreach (var (i, family) in spec.Texts("ipFamilies").Take(all.Count).Index())
        {
            if (IsV6(all[i]) != (family == "IPv6"))
                v.Invalid($"clusterIPs[{i}]", all[i], $"expected an {family} value as indicated by `ipFamilies[{i}]`");
        }
    }

    private static bool IsV6(string address) => address.Contains(':', StringComparison.Ordinal);
}
