using System.Collections.Immutable;
using Weft.Dns.Zones;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Dns.Explaining;

/// <summary>Says which object of the cluster a name of its zone is about, and why it has no records where it has none.</summary>
/// <remarks>For people who ask: it goes through all Services. What it says agrees with <see cref="ClusterZone.Answer"/>, whose names and cases it follows.</remarks>
/// <param name="zone">The zone.</param>
public sealed class ZoneExplainer(ClusterZone zone)
{
    private const int MostAliases = 8;

    private readonly string _origin = zone.Origin.ToString().TrimEnd('.');

    private string Zone => $"the zone {_origin}";

    /// <summary>Explains a question.</summary>
    /// <returns>Null when the name is not of this zone.</returns>
    public Explanation? Explain(DnsName name, DnsType type) =>
        name.IsWithin(zone.Origin) ? Inside(name, type, passed: [])
        : ReverseName.TryParse(name.Wire, out var address) ? Reverse(address, type)
        : null;

    /// <summary>What somebody may have meant who asked others for a Service of the cluster: by a short name, which only resolvers complete, or below another domain.</summary>
    public IEnumerable<string> Meant(DnsName name)
    {
        var words = name.ToString().TrimEnd('.').ToLowerInvariant().Split('.');
        if (words.Length > 2 && words[2] != "svc")
            return [];
        var why = words.Length > 3 ? $"names of this cluster end with svc.{_origin}" : "names are asked for as they are here, and only the resolvers of pods complete them";
        return zone.Table.Services.Where(one => one.Name == words[0] && (words.Length == 1 || one.Namespace == words[1])).Take(1)
            .Select(one => $"{why}: did you mean {one.Name}.{one.Namespace}.svc.{_origin}?");
    }

    private Explanation Inside(DnsName name, DnsType type, ImmutableArray<DnsName> passed) => Labels(name) switch
    {
        [] => Itself(type),
        [.., "pod"] when zone.Settings.Pods == PodRecords.Off => NoName("records of pods are switched off (dns-pod-records, or pods of the Corefile, of kube-system/weft-config)"),
        ["svc"] or ["pod"] or ["dns"] => NoData(Zone, "the name only stands above others, and has no records"),
        [var space, "svc" or "pod"] => HasNamespace(space) ? NoData($"the namespace {space}", "Services and pods of a namespace have records, the namespace itself has none") : NoName(NoNamespace(space)),
        [.. var below, var service, var space, "svc"] => Service(below, service, space, type, passed.Add(name)),
        [.. var below, var space, "pod"] => Pod(below, space, type),
        ["ns", "dns"] => Addresses("the name of the DNS server itself", zone.Settings.Servers, type, "its addresses are"),
        ["dns-version"] => type is DnsType.TXT or DnsType.ANY ? Found(Zone, "it tells the version of the specification") : NoData(Zone, "the version of the specification is a TXT record"),
        var labels => Unknown(labels),
    };

    private Explanation Itself(DnsType type) =>
        type is DnsType.SOA or DnsType.NS or DnsType.ANY ? Found(Zone) : NoData(Zone, "the zone itself has SOA and NS records only");

    private Explanation Unknown(string[] labels)
    {
        var meant = labels is [.., var name, var space] && zone.Table.Services.Any(service => service.Name == name && service.Namespace == space)
            ? $": did you mean {string.Join('.', labels)}.svc.{_origin}?"
            : "";
        return NoName($"directly below {_origin} there are only svc, {(zone.Settings.Pods == PodRecords.Off ? "" : "pod, ")}dns and dns-version{meant}");
    }

    private Explanation Pod(string[] below, string space, DnsType type)
    {
        if (!HasNamespace(space))
            return NoName(NoNamespace(space));
        if (below is not [var label] || !DashedAddress.TryParse(System.Text.Encoding.ASCII.GetBytes(label), out var address))
            return NoName($"pods are named by their address with dashes: 10-244-1-7.{space}.pod.{_origin}");
        var isVerified = zone.Settings.Pods == PodRecords.Verified;
        return isVerified && zone.Settings.PodAddresses?.Has(System.Text.Encoding.ASCII.GetBytes(space), address) is not true
            ? NoName($"no pod in the namespace {space} has the address {address}, and names of pods are checked (dns-pod-records, or pods of the Corefile, of kube-system/weft-config)")
            : Addresses(
                $"the record of a pod's address in the namespace {space}", [address], type, isVerified ? "a pod of the namespace has" : "the name itself says the address, whoever has it:");
    }

    /// <param name="passed">Names of the chain of aliases, with this one.</param>
    private Explanation Service(string[] below, string name, string space, DnsType type, ImmutableArray<DnsName> passed)
    {
        if (zone.Table.Services.FirstOrDefault(service => service.Name == name && service.Namespace == space) is not { } service)
            return NoName(NoService(below, name, space));
        var known = new ServiceExplainer(service, _origin);
        if (below.Length > 0 || service.Alias is not { } alias)
            return known.Explain(below, type) with { Services = [service] };
        var own = new Explanation(ZoneOutcome.Found, known.Title, [$"it stands for {alias}"]) { Services = [service] };
        if (type is DnsType.CNAME or DnsType.ANY || passed.Length > MostAliases)
            return own;
        if (passed.Contains(alias))
            return own with { Because = [.. own.Because, "that is a circle of aliases, which leads to no address"] };
        return alias.IsWithin(zone.Origin)
            ? own.Then(Inside(alias, type, passed))
            : own with { Outcome = ZoneOutcome.Alias, Target = alias };
    }

    private EquatableArray<string> NoService(string[] below, string name, string space)
    {
        if (!HasNamespace(space))
            return NoNamespace(space, name);
        var absent = $"there is no Service {name} in the namespace {space}{NearNames.Ask(NearNames.Services(zone.Table, space, name))}";
        return below.Length == 0
            ? [absent]
            : [absent, $"resolvers of pods in {space} ask this first for {string.Join('.', below)}.{name}, and go on with the rest of their search list"];
    }

    private EquatableArray<string> NoNamespace(string space, string? service = null)
    {
        var services = service is null ? [] : NearNames.Services(zone.Table, space, service);
        return [$"there is no namespace {space}{NearNames.Ask(services.Count > 0 ? services : NearNames.Words(zone.Table.Namespaces, space))}"];
    }

    private Explanation? Reverse(IpAddress address, DnsType type)
    {
        foreach (var service in zone.Table.Services)
        {
            var endpoint = service.Endpoints.FirstOrDefault(one => one.Addresses.Contains(address));
            if (endpoint is null && !service.Addresses.Contains(address))
                continue;
            var by = endpoint is null ? $"the Service {service.Namespace}/{service.Name}" : $"the endpoint {endpoint.HostName} of the headless Service {service.Namespace}/{service.Name}";
            var explained = type is DnsType.PTR or DnsType.ANY ? Found(by, $"it has the address {address}") : NoData(by, "names of addresses have PTR records only");
            return explained with { Services = [service] };
        }

        return null;
    }

    private bool HasNamespace(string space) => zone.Table.Namespaces.Contains(space);

    private string[] Labels(DnsName name)
    {
        var labels = new List<string>();
        for (var rest = name.Wire; rest.Length > zone.Origin.Wire.Length; rest = NameBytes.Parent(rest))
            labels.Add(DnsName.FromWire([.. rest[..(1 + rest[0])], 0]).ToString().TrimEnd('.').ToLowerInvariant());
        return [.. labels];
    }

    private Explanation NoName(params EquatableArray<string> because) => new(ZoneOutcome.NoName, Zone, because);

    internal static Explanation Found(string by, params EquatableArray<string> because) => new(ZoneOutcome.Found, by, because);

    internal static Explanation NoData(string by, params EquatableArray<string> because) => new(ZoneOutcome.NoData, by, because);

    /// <summary>What a name with addresses says to a type.</summary>
    internal static Explanation Addresses(string by, EquatableArray<IpAddress> addresses, DnsType type, string have)
    {
        var known = $"{have} {NearNames.List([.. addresses.Select(address => address.ToString())])}";
        if (type is not (DnsType.A or DnsType.AAAA or DnsType.ANY))
            return NoData(by, $"the name has A and AAAA records only, none of type {type}");
        if (type == DnsType.ANY ? addresses.Count > 0 : addresses.Any(address => address.IsV6 == (type == DnsType.AAAA)))
            return Found(by, known);
        return NoData(by, addresses.Count == 0 ? "it has no addresses" : $"it has no {(type == DnsType.AAAA ? "IPv6" : "IPv4")} address, so that there is no {type} record; {known}");
    }
}
