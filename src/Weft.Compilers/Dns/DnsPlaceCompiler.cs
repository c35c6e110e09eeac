using Weft.Compilers.Clusters;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Model.Links;
using Weft.Model.Nftables;
using Weft.Model.Nodes;
using Weft.Model.Routes;

namespace Weft.Compilers.Dns;

/// <summary>Compiles where a node answers cluster DNS: addresses of its loopback device, and the table <see cref="NodeTables.Dns"/>.</summary>
/// <remarks>
/// Queries and answers pass no connection tracking, so none of them can be lost to a full table or a race for an entry, and neither address translation nor the
/// Services' tables see them. Whatever else is asked of these addresses from outside of the node, and is no port of a Service, is refused: who may send queries may
/// not therefore reach all that listens on the node. While no agent runs, nobody is told so: a resolver that hears nothing asks again, and by then the next agent answers.
/// </remarks>
public static class DnsPlaceCompiler
{
    /// <summary>The device that holds the addresses.</summary>
    public const string Device = "lo";

    private const string ServersV4 = "servers-v4", ServersV6 = "servers-v6";
    private const uint Udp = 17, Tcp = 6;

    // IPVS takes what Service kube-dns serves at other ports, two steps before source NAT (net/netfilter/ipvs/ip_vs_core.c, ip_vs_ops4).
    private const int BehindIpvs = NftPriority.SourceNat + 10;
    private const uint DestinationUnreachable = 3, DestinationUnreachable6 = 1;

    /// <summary>The addresses, sorted: where cluster DNS is answered, in the families that the node can serve.</summary>
    /// <param name="settings">The cluster's settings.</param>
    /// <param name="service">The Service <c>kube-system/kube-dns</c>, if there is one.</param>
    /// <param name="hasFamily">Whether pods or the node have addresses of a family (IPv6 or not).</param>
    public static EquatableArray<IpAddress> Addresses(ClusterSettings settings, Service? service, Func<bool, bool> hasFamily) =>
        ClusterDns.AddressesOf(settings, service).Where(address => hasFamily(address.IsV6)).Order().ToEquatableArray();

    /// <summary>An address as the device holds it: the kernel never takes it as a source by itself, and it is on no network.</summary>
    public static InterfaceAddress OnDevice(IpAddress address) => new(Device, address, address.BitLength)
    {
        Scope = address.IsV6 ? null : RouteScope.Host,
        NoDad = address.IsV6,
        Deprecated = address.IsV6,
    };

    /// <summary>The table for these addresses.</summary>
    public static NftTable Table(EquatableArray<IpAddress> addresses)
    {
        var families = addresses.Select(address => address.IsV6).Distinct().Order().ToList();
        return new NftTable(NodeTables.Dns.Family, NodeTables.Dns.Name)
        {
            Comment = "cluster DNS, answered on this node",
            Sets = families.Select(v6 => new NftSet(SetOf(v6), v6 ? NftType.Ipv6Address : NftType.Ipv4Address)
            {
                Comment = "where it is answered",
                Elements = addresses.Where(address => address.IsV6 == v6).Select(address => new NftElement(NftData.Of(address))).ToEquatableArray(),
            }).ToEquatableArray(),
            Chains =
            [
                Nft.FilterChain("prerouting", NftHook.Prerouting, NftPriority.Raw, [.. families.SelectMany(Untracked)]),
                Nft.FilterChain("output", NftHook.Output, NftPriority.Raw, [.. families.SelectMany(Untracked), .. families.Select(Unsaid)]),
                Nft.FilterChain("input", NftHook.Input, BehindIpvs, [.. families.SelectMany(Refused)]),
                Nft.NatChain("postrouting", NftHook.Postrouting, NftPriority.SourceNat, [.. families.Select(Hidden)]),
            ],
        };
    }

    /// <summary>The addresses that a table stands for.</summary>
    public static IEnumerable<IpAddress> AddressesOf(NftTable table) =>
        table.Sets.Where(set => set.Name is ServersV4 or ServersV6).SelectMany(set => set.Elements).Select(element => IpAddress.Read(element.Key.Bytes));

    private static IEnumerable<NftRule> Untracked(bool v6)
    {
        foreach (var protocol in new[] { Udp, Tcp })
        {
            yield return Nft.Rule(Nft.L4Proto.Is(protocol), Nft.TransportDport.Is(NodeLocalDns.Port), Destination(v6), Nft.Notrack);
            yield return Nft.Rule(Nft.L4Proto.Is(protocol), Nft.TransportSport.Is(NodeLocalDns.Port), Source(v6), Nft.Notrack);
        }
    }

    // The node's own programs have the address that they ask for their own, so that answers to them look like questions to another port.
    private static IEnumerable<NftRule> Refused(bool v6)
    {
        yield return new NftRule([.. Asked(v6, Tcp), new NftReject(NftRejectKind.TcpReset)]);
        yield return new NftRule([.. Asked(v6, Udp), Nft.Drop]);
    }

    private static NftStatement[] Asked(bool v6, uint protocol) =>
    [
        Nft.Iifname.IsNot(Device), Destination(v6), Nft.L4Proto.Is(protocol), Nft.TransportDport.IsNot(NodeLocalDns.Port),
        Nft.CtState.HasNone(NftCtState.Established | NftCtState.Related),
    ];

    // The node's own connection to another port of the Service has the Service's address for its source, until it is led to an endpoint: which may be another
    // node's pod, and every node has that address.
    private static NftRule Hidden(bool v6) => Nft.Rule(Nft.Oifname.IsNot(Device), Source(v6), new NftMasquerade(NftNatFlags.FullyRandom));

    private static NftRule Unsaid(bool v6) =>
        Nft.Rule(Source(v6), v6 ? Nft.Icmp6Type.Is(DestinationUnreachable6) : Nft.IcmpType.Is(DestinationUnreachable), Nft.Drop);

    private static NftStatement Destination(bool v6) => (v6 ? Nft.Ip6Daddr : Nft.IpDaddr).In(SetOf(v6));

    private static NftStatement Source(bool v6) => (v6 ? Nft.Ip6Saddr : Nft.IpSaddr).In(SetOf(v6));

    private static string SetOf(bool v6) => v6 ? ServersV6 : ServersV4;
}
