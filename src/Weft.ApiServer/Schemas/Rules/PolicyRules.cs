using System.Net;
using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Schemas.Rules;

using Validation = Validation.Validation;

/// <summary>NetworkPolicies.</summary>
internal static class PolicyRules
{
    private static readonly string[] Types = ["Ingress", "Egress"];

    public static void Default(JsonObject spec)
    {
        spec.TryAdd("podSelector", new JsonObject());
        if (spec["policyTypes"] is JsonArray { Count: > 0 })
            return;
        var types = new JsonArray("Ingress");
        if (spec["egress"] is JsonArray { Count: > 0 })
            types.Add("Egress");
        spec["policyTypes"] = types;
    }

    public static void Validate(JsonObject spec, Validation v)
    {
        var types = spec.Texts("policyTypes").ToList();
        if (types.Count > 2)
        {
            v.InvalidRaw("policyTypes", $"[]networking.PolicyType{{{string.Join(", ", types.Select(GoSyntax.Quote))}}}", "may not specify more than two policyTypes");
            return;
        }
        for (var i = 0; i < types.Count; i++)
        {
            if (!Types.Contains(types[i]))
                v.Unsupported($"policyTypes[{i}]", types[i], Types);
        }
    }

    public static void Port(JsonObject port, Validation v)
    {
        var end = port.Number("endPort");
        if (port["port"] is not { } number)
        {
            if (end is { } alone)
                v.Invalid("endPort", alone, "may not be specified when `port` is not specified");
            return;
        }

        var isNumeric = JsonScalars.TryInteger(number, out var start);
        if (end is { } named && !isNumeric)
            v.Invalid("endPort", named, "may not be specified when `port` is non-numeric");
        ProbeRules.PortOrName(number, "port", v);
        if (end is not { } last || !isNumeric)
            return;
        if (last < start)
            v.Invalid("endPort", last, "must be greater than or equal to `port`");
        if (Formats.Port(last) is { } problem)
            v.Invalid("endPort", last, problem);
    }

    public static void Peer(JsonObject peer, Validation v)
    {
        var block = peer.ContainsKey("ipBlock");
        var selectors = peer.ContainsKey("podSelector") || peer.ContainsKey("namespaceSelector");
        if (block && selectors)
            v.Forbidden("", "may not specify both ipBlock and another peer");
        else if (!block && !selectors)
            v.Required("", "must specify a peer");
    }

    public static void Block(JsonObject block, Validation v)
    {
        var text = block.Text("cidr");
        if (text.Length == 0)
            return;
        v.Check("cidr", text, Formats.Cidr(text));
        var whole = Read(text);
        var index = 0;
        foreach (var except in block.Texts("except"))
        {
            v.Check($"except[{index}]", except, Formats.Cidr(except));
            if (whole is { } outer && Read(except) is { } inner && !(outer.PrefixLength < inner.PrefixLength && outer.Contains(inner.BaseAddress)))
                v.Invalid($"except[{index}]", except, "must be a strict subset of `cidr`");
            index++;
        }
    }

    // IPNetwork wants the host bits empty, which upstream does not ask for.
    private static IPNetwork? Read(string text)
    {
        if (Formats.Cidr(text) is not null || text.Split('/') is not [var address, var length])
            return null;
        var bytes = IPAddress.Parse(address).GetAddressBytes();
        var bits = int.Parse(length, System.Globalization.CultureInfo.InvariantCulture);
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] &= (byte)(0xff << Math.Clamp((8 * (i + 1)) - bits, 0, 8));
        return new IPNetwork(new IPAddress(bytes), bits);
    }
}
