using System.Text.Json;
using Weft.Model;

namespace Weft.Cni.Protocol;

/// <summary>Results on the wire, in every version of the specification.</summary>
/// <remarks>
/// <code>
/// 0.1.0, 0.2.0   { cniVersion, ip4: { ip, gateway, routes }, ip6: { … }, dns }
/// 0.3.0 – 0.4.0  { cniVersion, interfaces, ips: [ { version: "4", interface, address, gateway } ], routes, dns }
/// 1.0.0          ips lose "version"
/// 1.1.0          interfaces gain mtu, socketPath, pciID; routes gain mtu, advmss, priority, table, scope
/// </code>
/// Going down loses what the older shape cannot hold; the oldest keeps the first address of each family.
/// </remarks>
public static class CniResultJson
{
    /// <summary>Reads a result; the version that it states decides the shape, or else <paramref name="assumed"/>.</summary>
    /// <exception cref="CniException">The version is unknown or a field is malformed.</exception>
    public static CniResult Read(JsonElement element, CniVersion assumed)
    {
        var fields = new JsonFields(element, "result");
        var text = fields.Text("cniVersion");
        var version = assumed;
        if (!string.IsNullOrEmpty(text) && (!CniVersion.TryParse(text, out version) || !version.IsKnown))
            throw new CniException(CniErrorCode.IncompatibleVersion, $"unsupported CNI result version \"{text}\"");
        return version.HasInterfaces ? ReadLists(fields) : ReadPair(fields);
    }

    /// <summary>Reads a result from its bytes.</summary>
    /// <exception cref="CniException">It is not JSON, its version is unknown or a field is malformed.</exception>
    public static CniResult Read(ReadOnlyMemory<byte> json, CniVersion assumed)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement, assumed);
        }
        catch (JsonException error)
        {
            throw new CniException(CniErrorCode.Decoding, $"the result is not JSON: {error.Message}", inner: error);
        }
    }

    /// <summary>Writes a result in the shape of <paramref name="version"/>.</summary>
    /// <exception cref="CniException">The version needs an address and there is none.</exception>
    public static void Write(Utf8JsonWriter writer, CniResult result, CniVersion version)
    {
        writer.WriteStartObject();
        writer.WriteString("cniVersion", version.ToString());
        if (version.HasInterfaces)
            WriteLists(writer, result, version);
        else
            WritePair(writer, result);
        writer.WriteStartObject("dns");
        WriteDns(writer, result.Dns);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>The result's bytes in the shape of <paramref name="version"/>.</summary>
    /// <exception cref="CniException">The version needs an address and there is none.</exception>
    public static byte[] ToBytes(CniResult result, CniVersion version) => CniJson.ToBytes(writer => Write(writer, result, version));

    /// <summary>Reads a <c>dns</c> object.</summary>
    public static CniDns ReadDns(JsonFields fields) => !fields.Exists ? CniDns.Empty : new CniDns
    {
        Nameservers = fields.Texts("nameservers"),
        Domain = string.IsNullOrEmpty(fields.Text("domain")) ? null : fields.Text("domain"),
        Search = fields.Texts("search"),
        Options = fields.Texts("options"),
    };

    /// <summary>Reads a list of routes.</summary>
    public static List<CniRoute> ReadRoutes(JsonFields fields)
    {
        var routes = new List<CniRoute>();
        foreach (var route in fields.Objects("routes"))
        {
            var (destination, _) = route.Prefix("dst") ?? throw route.Wrong("dst", "a CIDR block", "");
            routes.Add(new CniRoute(destination)
            {
                Gateway = route.Address("gw"),
                Mtu = route.Number("mtu"),
                AdvMss = route.Number("advmss"),
                Priority = route.Number("priority"),
                Table = route.Number("table"),
                Scope = route.Number("scope"),
            });
        }

        return routes;
    }

    private static CniResult ReadLists(JsonFields fields)
    {
        var interfaces = new List<CniInterface>();
        foreach (var item in fields.Objects("interfaces"))
        {
            interfaces.Add(new CniInterface(item.Text("name") ?? "")
            {
                Mac = item.Text("mac"),
                Mtu = item.Number("mtu"),
                Sandbox = item.Text("sandbox"),
                SocketPath = item.Text("socketPath"),
                PciId = item.Text("pciID"),
            });
        }

        var addresses = new List<CniAddress>();
        foreach (var item in fields.Objects("ips"))
            addresses.Add(ReadAddress(item, "address") with { Interface = item.Number("interface") });
        return new CniResult
        {
            Interfaces = interfaces.ToEquatableArray(),
            Addresses = addresses.ToEquatableArray(),
            Routes = ReadRoutes(fields).ToEquatableArray(),
            Dns = ReadDns(fields.Object("dns")),
        };
    }

    private static CniResult ReadPair(JsonFields fields)
    {
        var addresses = new List<CniAddress>();
        var routes = new List<CniRoute>();
        foreach (var family in (ReadOnlySpan<string>)["ip4", "ip6"])
        {
            var item = fields.Object(family);
            if (!item.Exists)
                continue;
            addresses.Add(ReadAddress(item, "ip"));
            routes.AddRange(ReadRoutes(item));
        }

        return new CniResult
        {
            Addresses = addresses.ToEquatableArray(),
            Routes = routes.ToEquatableArray(),
            Dns = ReadDns(fields.Object("dns")),
        };
    }

    private static CniAddress ReadAddress(JsonFields fields, string name)
    {
        var (prefix, address) = fields.Prefix(name) ?? throw fields.Wrong(name, "an address such as 10.22.0.2/16", "");
        return new CniAddress(address, prefix.Length) { Gateway = fields.Address("gateway") };
    }

    private static void WriteLists(Utf8JsonWriter writer, CniResult result, CniVersion version)
    {
        if (result.Interfaces.Count > 0)
        {
            writer.WriteStartArray("interfaces");
            foreach (var item in result.Interfaces)
                WriteInterface(writer, item, version);
            writer.WriteEndArray();
        }

        if (result.Addresses.Count > 0)
        {
            writer.WriteStartArray("ips");
            foreach (var item in result.Addresses)
                WriteAddress(writer, item, version);
            writer.WriteEndArray();
        }

        if (result.Routes.Count > 0)
        {
            writer.WriteStartArray("routes");
            foreach (var item in result.Routes)
                WriteRoute(writer, item, version);
            writer.WriteEndArray();
        }
    }

    private static void WriteInterface(Utf8JsonWriter writer, CniInterface item, CniVersion version)
    {
        writer.WriteStartObject();
        writer.WriteString("name", item.Name);
        WriteText(writer, "mac", item.Mac);
        if (version >= CniVersion.V110)
            WriteNumber(writer, "mtu", item.Mtu);
        WriteText(writer, "sandbox", item.Sandbox);
        if (version >= CniVersion.V110)
        {
            WriteText(writer, "socketPath", item.SocketPath);
            WriteText(writer, "pciID", item.PciId);
        }

        writer.WriteEndObject();
    }

    private static void WriteAddress(Utf8JsonWriter writer, CniAddress item, CniVersion version)
    {
        writer.WriteStartObject();
        if (version < CniVersion.V100)
            writer.WriteString("version", item.Address.IsV6 ? "6" : "4");
        WriteNumber(writer, "interface", item.Interface);
        writer.WriteString("address", item.ToString());
        WriteText(writer, "gateway", item.Gateway?.ToString());
        writer.WriteEndObject();
    }

    private static void WriteRoute(Utf8JsonWriter writer, CniRoute item, CniVersion version)
    {
        writer.WriteStartObject();
        writer.WriteString("dst", item.Destination.ToString());
        WriteText(writer, "gw", item.Gateway?.ToString());
        if (version >= CniVersion.V110)
        {
            WriteNumber(writer, "mtu", item.Mtu);
            WriteNumber(writer, "advmss", item.AdvMss);
            WriteNumber(writer, "priority", item.Priority);
            WriteNumber(writer, "table", item.Table);
            WriteNumber(writer, "scope", item.Scope);
        }

        writer.WriteEndObject();
    }

    private static void WritePair(Utf8JsonWriter writer, CniResult result)
    {
        if (result.Addresses.Count == 0)
            throw CniException.Internal("cannot convert: no valid IP addresses");
        foreach (var isV6 in (ReadOnlySpan<bool>)[false, true])
        {
            if (First(result, isV6) is not { } address)
                continue;
            writer.WriteStartObject(isV6 ? "ip6" : "ip4");
            writer.WriteString("ip", address.ToString());
            WriteText(writer, "gateway", address.Gateway?.ToString());
            WriteRoutesOf(writer, result, isV6);
            writer.WriteEndObject();
        }
    }

    private static void WriteRoutesOf(Utf8JsonWriter writer, CniResult result, bool isV6)
    {
        var open = false;
        foreach (var route in result.Routes)
        {
            if (route.Destination.IsV6 != isV6)
                continue;
            if (!open)
                writer.WriteStartArray("routes");
            open = true;
            WriteRoute(writer, route, CniVersion.V020);
        }

        if (open)
            writer.WriteEndArray();
    }

    private static CniAddress? First(CniResult result, bool isV6)
    {
        foreach (var address in result.Addresses)
        {
            if (address.Address.IsV6 == isV6)
                return address;
        }

        return null;
    }

    private static void WriteDns(Utf8JsonWriter writer, CniDns dns)
    {
        WriteTexts(writer, "nameservers", dns.Nameservers);
        WriteText(writer, "domain", dns.Domain);
        WriteTexts(writer, "search", dns.Search);
        WriteTexts(writer, "options", dns.Options);
    }

    private static void WriteTexts(Utf8JsonWriter writer, string name, EquatableArray<string> values)
    {
        if (values.Count == 0)
            return;
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            writer.WriteString(name, value);
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, int? value)
    {
        if (value is { } number)
            writer.WriteNumber(name, number);
    }
}
