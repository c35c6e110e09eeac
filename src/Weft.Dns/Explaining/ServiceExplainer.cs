using Weft.Dns.Zones;
using Weft.Model.Dns;

namespace Weft.Dns.Explaining;

/// <summary>Says what names of one Service are about: its own, those of endpoints, those of ports.</summary>
/// <param name="service">The Service.</param>
/// <param name="origin">The name of the zone, without its last dot.</param>
internal sealed class ServiceExplainer(NamedService service, string origin)
{
    private const int MostListed = 5;

    private readonly string _key = $"{service.Namespace}/{service.Name}";

    private bool IsHeadless => service.Addresses.Count == 0;

    private IEnumerable<DnsPort> Ports => service.Ports.Concat(service.Endpoints.SelectMany(endpoint => endpoint.Ports)).Distinct();

    /// <summary>What it is called here.</summary>
    public string Title => service.Alias is not null ? $"the ExternalName Service {_key}" : IsHeadless ? $"the headless Service {_key}" : $"the Service {_key}";

    /// <summary>Explains the name of the Service, which is no alias, or one below it.</summary>
    /// <param name="below">Labels before those of the Service.</param>
    public Explanation Explain(string[] below, DnsType type) => below switch
    {
        _ when service.Alias is not null => NoName("an ExternalName Service is an alias of one name, and has none below it"),
        _ when IsHeadless && service.Endpoints.Count == 0 =>
            NoName("such a Service has no name while none of its endpoints is ready"),
        [] => Own(type),
        [var label] when PortLabels.ProtocolOf(Bytes(label)) is { } protocol => Ports.Any(port => port.Protocol == protocol)
            ? ZoneExplainer.NoData(Title, $"names of its ports stand below: {Listed(PortNames())}")
            : NoName($"it has no port with a name and that protocol{Have(PortNames())}"),
        [var host] => Host(host, type),
        [var port, var protocol] => Port(port, protocol, type),
        _ => NoName("names of Services have two labels more at most, as _http._tcp"),
    };

    private Explanation Own(DnsType type)
    {
        if (type == DnsType.SRV)
            return ZoneExplainer.NoData(Title, PortNames() is { Count: > 0 } names ? $"SRV records stand at the names of its ports: {Listed(names)}" : "it has no ports with names, and only those have SRV records");
        return IsHeadless
            ? ZoneExplainer.Addresses(Title, [.. service.Endpoints.SelectMany(endpoint => endpoint.Addresses).Distinct().Order()], type, "its ready endpoints have")
            : ZoneExplainer.Addresses(Title, service.Addresses, type, service.Addresses.Count == 1 ? "its cluster IP is" : "its cluster IPs are");
    }

    private Explanation Host(string host, DnsType type)
    {
        if (service.Endpoints.FirstOrDefault(endpoint => string.Equals(endpoint.HostName, host, StringComparison.OrdinalIgnoreCase)) is { } endpoint)
            return ZoneExplainer.Addresses($"the endpoint {endpoint.HostName} of {Title}", endpoint.Addresses, type, "it has");
        if (!IsHeadless)
            return NoName("it has a cluster IP, and only endpoints of headless Services have names");
        IReadOnlyList<string> names = [.. service.Endpoints.Select(one => one.HostName)];
        return NoName($"none of its ready endpoints is called {host}{Have(names)}. A pod is called so by spec.hostname together with spec.subdomain: {service.Name}");
    }

    private Explanation Port(string label, string protocolLabel, DnsType type)
    {
        if (PortLabels.ProtocolOf(Bytes(protocolLabel)) is not { } protocol)
            return NoName($"below its endpoints there are no names{Have(PortNames())}");
        if (!Ports.Any(port => port.Protocol == protocol && string.Equals('_' + port.Name, label, StringComparison.OrdinalIgnoreCase)))
            return NoName($"it has no port {label}.{protocolLabel}{Have(PortNames())}; ports without names have no SRV records");
        var by = $"the port {label}.{protocolLabel} of {Title}";
        return type is DnsType.SRV or DnsType.ANY ? ZoneExplainer.Found(by) : ZoneExplainer.NoData(by, "names of ports have SRV records only");
    }

    private List<string> PortNames() => [.. Ports.Select(port => $"_{port.Name}._{port.Protocol.ToString().ToLowerInvariant()}").Distinct()];

    private Explanation NoName(string because) => new(ZoneOutcome.NoName, $"the zone {origin}", [$"there is {Title}, but {because}"]);

    private static string Have(IReadOnlyList<string> names) => names.Count == 0 ? "" : $": there {(names.Count == 1 ? "is" : "are")} {Listed(names)}";

    private static string Listed(IReadOnlyList<string> names) =>
        names.Count <= MostListed ? NearNames.List(names) : $"{string.Join(", ", names.Take(MostListed))} and {names.Count - MostListed} more";

    private static byte[] Bytes(string label) => System.Text.Encoding.ASCII.GetBytes(label);
}
