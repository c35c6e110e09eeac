using FsCheck;
using FsCheck.Fluent;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Model.Services;

namespace Weft.Tests.Dns;

/// <summary>Small tables of names, in which everything meets everything.</summary>
internal static class RandomNames
{
    private static readonly string[] Labels = ["web", "db", "a", "x-1"], Hosts = ["db-0", "db-1", "10-0-0-1"], Ports = ["http", "dns", "x"];
    private static readonly IpAddress[] Addresses = [IpAddress.Parse("10.96.0.1"), IpAddress.Parse("10.96.0.2"), IpAddress.Parse("fd96::1"), IpAddress.Parse("10.244.1.2"), IpAddress.Parse("fd44::2")];
    private static readonly DnsName[] Aliases = [.. new[] { "example.org", "web.a.svc.cluster.local", "db.b.svc.cluster.local", "no.such.cluster.local" }.Select(DnsName.Parse)];

    private static readonly Gen<DnsPort> Port =
        from name in Gen.Elements(Ports)
        from protocol in Gen.Elements(L4Protocol.Tcp, L4Protocol.Udp, L4Protocol.Sctp)
        from number in Gen.Elements<ushort>(53, 80)
        select new DnsPort(name, protocol, number);

    private static readonly Gen<NamedEndpoint> Endpoint =
        from host in Gen.Elements(Hosts)
        from addresses in Gen.NonEmptyListOf(Gen.Elements(Addresses))
        from ports in Gen.ListOf(Port)
        select new NamedEndpoint(host, [.. addresses.Distinct().Order()], [.. ports.Take(3).Distinct()]);

    private static Gen<NamedService> Service(string space, string name) => Gen.OneOf(
        from addresses in Gen.NonEmptyListOf(Gen.Elements(Addresses))
        from ports in Gen.ListOf(Port)
        select new NamedService(space, name) { Addresses = [.. addresses.Distinct().Order()], Ports = [.. ports.DistinctBy(port => (port.Name, port.Protocol))] },
        from endpoints in Gen.ListOf(Endpoint)
        select new NamedService(space, name) { Endpoints = [.. endpoints.DistinctBy(endpoint => endpoint.HostName).OrderBy(endpoint => endpoint.HostName, StringComparer.Ordinal)] },
        from alias in Gen.Elements(Aliases)
        select new NamedService(space, name) { Alias = alias });

    /// <summary>A table of the namespaces a and b.</summary>
    public static readonly Gen<DnsTable> Tables =
        from services in Gen.CollectToArray(Services().ToArray())
        from chosen in Gen.ArrayOf(ArbMap.Default.GeneratorFor<bool>(), services.Length)
        select new DnsTable([.. services.Where((_, i) => chosen[i])], ["a", "b", "empty"]);

    /// <summary>Names that tables of these have, and names beside, above and below them.</summary>
    public static readonly Gen<DnsName> Queries =
        from count in Gen.Choose(0, 6)
        from labels in Gen.ArrayOf(Gen.Elements(["svc", "pod", "a", "b", "empty", "none", "_tcp", "_udp", "_http", "_dns", "dns-version", "dns", "ns", "10-1-2-3", .. Labels, .. Hosts]), count)
        from top in Gen.Frequency((4, Gen.Elements("svc.cluster.local")), (2, Gen.Elements("cluster.local")), (1, Gen.Elements("local", "1.0.96.10.in-addr.arpa", "9.9.9.9.in-addr.arpa")))
        from upper in ArbMap.Default.GeneratorFor<bool>()
        let text = string.Join('.', [.. labels, top])
        select DnsName.Parse(upper ? text.ToUpperInvariant() : text);

    private static IEnumerable<Gen<NamedService>> Services() => from space in new[] { "a", "b" } from name in Labels.Order(StringComparer.Ordinal) select Service(space, name);
}
