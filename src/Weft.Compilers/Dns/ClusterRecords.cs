using System.Globalization;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Compilers.Dns;

/// <summary>Every record that a table of names stands for, one by one: what a whole zone is made of, and a plain reading of the specification.</summary>
/// <remarks>Kubernetes DNS-Based Service Discovery 1.1.0. Pods by their address (section 2.6) are not among them: there is one for every address that there could be.</remarks>
/// <param name="zone">The cluster's domain.</param>
/// <param name="ttl">Seconds, of every record.</param>
public sealed class ClusterRecords(DnsName zone, uint ttl)
{
    /// <summary>Seconds that others may remember a record unless something else is asked for; as the kubernetes plugin of CoreDNS.</summary>
    public const uint UsualTtl = 5;

    private const int TotalWeight = 100;

    /// <summary>The version of the specification, as <c>dns-version</c> tells it.</summary>
    public const string SchemaVersion = "1.1.0";

    private readonly DnsName _services = zone.Prepend(DnsName.Parse("svc"));

    /// <summary>The records, those of a Service together.</summary>
    public IEnumerable<ZoneRecord> Of(DnsTable table) =>
        table.Services.SelectMany(Of).Prepend(new ZoneRecord(zone.Prepend(DnsName.Parse("dns-version")), DnsType.TXT, ttl, $"\"{SchemaVersion}\""));

    /// <summary>The records of one Service, and those that lead back to it.</summary>
    public IEnumerable<ZoneRecord> Of(NamedService service)
    {
        if (Below(service.Namespace, _services) is not { } space || Below(service.Name, space) is not { } name)
            return [];
        if (service.Alias is { } alias)
            return [new ZoneRecord(name, DnsType.CNAME, ttl, alias.ToString())];
        var hosts = (from endpoint in service.Endpoints where Below(endpoint.HostName, name) is not null select (Name: Below(endpoint.HostName, name)!.Value, Endpoint: endpoint)).ToList();
        return
        [
            .. service.Addresses.Concat(service.Endpoints.SelectMany(endpoint => endpoint.Addresses)).Distinct().Order().Select(address => AddressOf(name, address)),
            .. hosts.SelectMany(host => host.Endpoint.Addresses.Select(address => AddressOf(host.Name, address))),
            .. Ports(name, [.. service.Ports.Select(port => (port, name)), .. hosts.SelectMany(host => host.Endpoint.Ports.Select(port => (port, host.Name)))]),
            .. service.Addresses.Select(address => PointerOf(address, name)),
            .. hosts.SelectMany(host => host.Endpoint.Addresses.Select(address => PointerOf(address, host.Name))),
        ];
    }

    /// <summary>The name under which an address is looked up (RFC 1035, section 3.5; RFC 3596, section 2.5).</summary>
    public static DnsName ReverseOf(IpAddress address)
    {
        var digits = address.IsV6
            ? Convert.ToHexString(address.ToBytes()).ToLowerInvariant().Reverse().Select(digit => digit.ToString())
            : address.ToBytes().Reverse().Select(one => one.ToString(CultureInfo.InvariantCulture));
        return DnsName.Parse($"{string.Join('.', digits)}.{(address.IsV6 ? "ip6" : "in-addr")}.arpa");
    }

    private IEnumerable<ZoneRecord> Ports(DnsName service, List<(DnsPort Port, DnsName Target)> ports) =>
        from port in ports
        group port by (port.Port.Name, port.Port.Protocol) into same
        let owner = Below($"_{same.Key.Name}._{same.Key.Protocol}".ToLowerInvariant(), service)
        where owner is not null
        let weight = Math.Max(1, TotalWeight / same.Count())
        from one in same
        select new ZoneRecord(owner.Value, DnsType.SRV, ttl, string.Create(CultureInfo.InvariantCulture, $"0 {weight} {one.Port.Number} {one.Target}"));

    private ZoneRecord AddressOf(DnsName owner, IpAddress address) => new(owner, address.IsV6 ? DnsType.AAAA : DnsType.A, ttl, address.ToString());

    private ZoneRecord PointerOf(IpAddress address, DnsName target) => new(ReverseOf(address), DnsType.PTR, ttl, target.ToString());

    /// <summary>A name below another; null when it would be longer than names are: then nobody can ask for it.</summary>
    private static DnsName? Below(string labels, DnsName parent) => DnsName.Parse(labels) is var first && first.Wire.Length + parent.Wire.Length - 1 <= DnsName.MaxLength ? parent.Prepend(first) : null;
}
