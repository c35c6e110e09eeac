using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Schemas.Rules;

using Validation = Validation.Validation;

/// <summary>Endpoints and EndpointSlices.</summary>
internal static class EndpointRules
{
    private static readonly string[] AddressTypes = ["FQDN", "IPv4", "IPv6"];

    public static void Endpoints(JsonObject endpoints, Validation v) => v.Each(endpoints, "subsets", (subset, at) =>
    {
        if (!subset.Objects("addresses").Any() && !subset.Objects("notReadyAddresses").Any())
            at.Required("", "must specify `addresses` or `notReadyAddresses`");
        at.Each(subset, "addresses", Address);
        at.Each(subset, "notReadyAddresses", Address);
        var several = subset.Objects("ports").Count() > 1;
        at.Each(subset, "ports", (port, inner) =>
        {
            var name = port.Text("name");
            if (several && name.Length == 0)
                inner.Required("name");
            else if (name.Length > 0)
                inner.Check("name", name, Formats.Label(name));
        });
    });

    public static void Slice(JsonObject slice, Validation v)
    {
        var type = slice.Text("addressType");
        if (type.Length > 0 && !AddressTypes.Contains(type))
            v.Unsupported("addressType", type, AddressTypes);
        if (slice.Objects("endpoints").Count() is > 1000 and var endpoints)
            v.TooMany("endpoints", endpoints, 1000);
        v.Each(slice, "endpoints", (endpoint, at) =>
        {
            var index = 0;
            foreach (var address in endpoint.Texts("addresses"))
                at.Check($"addresses[{index++}]", address, SliceAddress(type, address));
            if (index > 100)
                at.TooMany("addresses", index, 100);
        });
        var names = new HashSet<string>(StringComparer.Ordinal);
        v.Each(slice, "ports", (port, at) =>
        {
            var name = port.Text("name");
            if (!names.Add(name))
                at.Duplicate("name", name);
            if (name.Length > 0)
                at.Check("name", name, Formats.Label(name));
            if (port.Number("port") is { } number && Formats.Port(number) is { } problem)
                at.Invalid("port", number, problem);
        });
    }

    public static void SliceUpdate(JsonObject slice, JsonObject old, Validation v)
    {
        if (slice.Text("addressType") != old.Text("addressType"))
            v.Invalid("addressType", slice["addressType"], "field is immutable");
    }

    private static string? SliceAddress(string type, string address) => type switch
    {
        "IPv4" => Formats.StrictIp(address) is { AddressFamily: AddressFamily.InterNetwork } ? null : "must be a valid IPv4 address",
        "IPv6" => Formats.StrictIp(address) is { AddressFamily: AddressFamily.InterNetworkV6 } ? null : "must be a valid IPv6 address",
        "FQDN" => Formats.Subdomain(address),
        _ => null,
    };

    private static void Address(JsonObject address, Validation v)
    {
        if (address.Text("ip") is not { Length: > 0 } text)
            return;
        v.Check("ip", text, Formats.Ip(text));
        if (Formats.StrictIp(text) is { } ip && IPAddress.IsLoopback(ip))
            v.Invalid("ip", text, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
    }
}
