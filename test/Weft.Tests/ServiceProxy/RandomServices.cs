using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Tests.ServiceProxy;

/// <summary>Random tables of Services. Few addresses, so that packets hit, Services share endpoints, and changes touch what is there.</summary>
public static class RandomServices
{
    /// <summary>The node's own addresses.</summary>
    public static readonly EquatableArray<IpAddress> NodeAddresses = [Parse("172.30.0.10"), Parse("fd30::10"), Parse("203.0.113.1"), Parse("2001:db8:113::1")];

    private static readonly EquatableArray<IpPrefix> Pods = [IpPrefix.Parse("10.244.0.0/16"), IpPrefix.Parse("fd44::/48")];
    private static readonly EquatableArray<IpPrefix> Virtual = [IpPrefix.Parse("10.96.0.0/16"), IpPrefix.Parse("fd96::/112")];

    /// <summary>Any table of up to six Services.</summary>
    public static Gen<ServiceTable> Table =>
        from count in Gen.Choose(0, 6)
        from services in Gen.CollectToArray(Enumerable.Range(1, count).Select(Service))
        from settings in Settings
        select With(settings, services.SelectMany(ports => ports));

    /// <summary>A table and what became of it, one or several Services at a time.</summary>
    public static Gen<ServiceTable[]> History =>
        from first in Table
        from steps in Gen.Choose(1, 8)
        from changes in Gen.CollectToArray(Enumerable.Range(0, steps).Select(_ => Change))
        select Apply(first, changes);

    private static Gen<Func<ServiceTable, ServiceTable>> Change => Gen.Frequency(
        (6, from number in Gen.Choose(1, 6) from ports in Service(number) select Replace(number, ports)),
        (2, from number in Gen.Choose(1, 6) select Replace(number, [])),
        (1, from settings in Settings select (Func<ServiceTable, ServiceTable>)(table => With(settings, table.Ports))),
        (1, from table in Table select (Func<ServiceTable, ServiceTable>)(_ => table)));

    private static Gen<ServiceTable> Settings =>
        from pods in Gen.Elements(Pods, Pods, [])
        from ranges in Gen.Elements(Virtual, [], [Virtual[0]])
        from nodePorts in Gen.Elements<EquatableArray<IpPrefix>>([], [IpPrefix.Parse("172.30.0.0/24")], [IpPrefix.Parse("203.0.113.0/24"), IpPrefix.Parse("fd30::/64")])
        from all in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
        select new ServiceTable { PodRanges = pods, ServiceRanges = ranges, NodePortAddresses = nodePorts, MasqueradeAll = all };

    /// <summary>The virtual address of a Service.</summary>
    public static IpAddress ClusterIp(int number, bool v6) => Parse(Text(v6, "10.96.0.{0}", "fd96::{0}", number));

    /// <summary>An endpoint's address; those of the first block are on this node.</summary>
    public static IpAddress Endpoint(int block, int number, bool v6) =>
        Parse(string.Format(CultureInfo.InvariantCulture, v6 ? "fd44:0:0:{0}::{1}" : "10.244.{0}.{1}", block, number));

    /// <summary>The node port of a Service.</summary>
    public static ushort NodePort(int number) => (ushort)(30000 + number);

    /// <summary>A load balancer's address, one per Service; the first one is also this node's.</summary>
    public static IpAddress LoadBalancerIp(int number, bool v6) => Parse(Text(v6, "203.0.113.{0}", "2001:db8:113::{0}", number));

    private static Gen<ProxiedPort[]> Service(int number) =>
        from v6 in Gen.Elements<bool[]>([false], [true], [false, true])
        from ports in Gen.Elements<ushort[]>([80], [80, 443])
        from protocol in Gen.Elements(L4Protocol.Tcp, L4Protocol.Tcp, L4Protocol.Udp, L4Protocol.Sctp)
        from shape in Shape
        from served in Gen.CollectToArray(v6.SelectMany(family => ports.Select(port => Port(number, family, port, protocol, shape))))
        select served;

    private static Gen<(bool InternalLocal, bool ExternalLocal, int Affinity, int Kinds, bool Restricted)> Shape =>
        from inside in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
        from outside in Gen.Elements(false, true)
        from affinity in Gen.Elements(0, 0, 10800, 60)
        from kinds in Gen.Choose(0, 7)
        from restricted in Gen.Elements(false, false, true)
        select (inside, outside, affinity, kinds, restricted);

    private static Gen<ProxiedPort> Port(
        int number, bool v6, ushort port, L4Protocol protocol, (bool InternalLocal, bool ExternalLocal, int Affinity, int Kinds, bool Restricted) shape) =>
        from all in Backends(v6, block: null)
        from local in Backends(v6, block: 0)
        from sources in Gen.Elements<EquatableArray<IpPrefix>>(
            [], [IpPrefix.Parse(v6 ? "2001:db8:51::/64" : "198.51.100.0/24")], [IpPrefix.Parse(v6 ? "fd44:0:0:1::/64" : "10.244.1.0/24"), IpPrefix.Parse(v6 ? "2001:db8:51::7/128" : "198.51.100.7/32")])
        select new ProxiedPort
        {
            Name = new ServicePortName("default", string.Create(CultureInfo.InvariantCulture, $"svc{number}"), port == 80 ? "" : "https", protocol),
            IsV6 = v6,
            Frontends = Frontends(number, v6, port, shape.Kinds),
            ClusterBackends = all,
            LocalBackends = all.Count == 0 ? [] : local,
            HasAnyBackend = all.Count > 0,
            InternalLocal = shape.InternalLocal,
            ExternalLocal = shape.ExternalLocal,
            AffinitySeconds = shape.Affinity,
            SourceRanges = shape.Restricted ? sources : [],
            RestrictsSources = shape.Restricted,
        };

    private static Gen<EquatableArray<Backend>> Backends(bool v6, int? block) =>
        from count in Gen.Choose(0, 5)
        from picked in Gen.CollectToArray(Enumerable.Range(0, count).Select(_ => Backend(v6, block)))
        select picked.DistinctBy(backend => (backend.Address, backend.Port)).Order().ToEquatableArray();

    private static Gen<Backend> Backend(bool v6, int? block) =>
        from place in block is { } fixedBlock ? Gen.Constant(fixedBlock) : Gen.Choose(0, 2)
        from number in Gen.Choose(1, 3)
        from port in Gen.Elements<ushort>(8080, 9090)
        select new Backend(Endpoint(place, number, v6), port, IsLocal: place == 0);

    private static EquatableArray<Frontend> Frontends(int number, bool v6, ushort port, int kinds)
    {
        List<Frontend> frontends = [new(FrontendKind.ClusterIp, ClusterIp(number, v6), port)];
        if ((kinds & 1) != 0)
            frontends.Add(new(FrontendKind.ExternalIp, Parse(Text(v6, "192.0.2.{0}", "2001:db8:2::{0}", number)), port));
        if ((kinds & 2) != 0)
            frontends.Add(new(FrontendKind.LoadBalancerIp, LoadBalancerIp(number, v6), port));
        if ((kinds & 4) != 0)
            frontends.Add(new(FrontendKind.NodePort, Address: null, (ushort)(NodePort(number) + (port == 80 ? 0 : 100))));
        return [.. frontends];
    }

    private static Func<ServiceTable, ServiceTable> Replace(int number, ProxiedPort[] ports)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"svc{number}");
        return table => With(table, table.Ports.Where(port => port.Name.Service != name).Concat(ports));
    }

    private static ServiceTable With(ServiceTable settings, IEnumerable<ProxiedPort> ports) =>
        settings with { Ports = ports.OrderBy(port => port.Name).ThenBy(port => port.IsV6).ToEquatableArray() };

    private static ServiceTable[] Apply(ServiceTable first, Func<ServiceTable, ServiceTable>[] changes)
    {
        List<ServiceTable> tables = [first];
        foreach (var change in changes)
            tables.Add(change(tables[^1]));
        return [.. tables];
    }

    private static string Text(bool v6, string v4Form, string v6Form, int number) => string.Format(CultureInfo.InvariantCulture, v6 ? v6Form : v4Form, number);

    private static IpAddress Parse(string text) => IpAddress.Parse(text);
}
