using Weft.Model;
using Weft.Model.Nftables;

namespace Weft.Compilers.Services.Nftables;

/// <summary>The sets and maps of one family's table: names, types, and the expressions that look them up.</summary>
/// <remarks>
/// A frontend's value is <c>class &lt;&lt; 20 | id</c>. The class says what a rule must know beside the id, the id (even) where the endpoints are: under
/// <c>id . slot</c> all of them, under <c>(id | 1) . slot</c> those of this node.
/// <para>
/// Registers end with their rule. From the rule that finds a value to those that use it, the packet's priority carries it: nothing reads that
/// between the first hook and the queue of an interface, and the rule that translates takes it off again. (The packet mark is other people's.) What is looked
/// up goes into a key only by way of the priority, since nft up to 1.0.6 aborts when it is to list a key that has the result of a map in it.
/// </para>
/// </remarks>
internal sealed class ServiceSets
{
    public const int ClassShift = 20;
    public const uint IdMask = (1 << ClassShift) - 1;
    public const uint ClassMask = ~IdMask;

    /// <summary>The most classes that a value can tell apart.</summary>
    public const uint MaxClass = ClassMask >> ClassShift;

    public const string Frontends = "frontends", NodePorts = "node-ports", Classes = "classes", Backends = "backends", Places = "places",
        Affinity = "affinity", Sources = "sources", Hairpins = "hairpins", ClusterIps = "cluster-ips", ServiceRanges = "service-ranges",
        PodRanges = "pod-ranges", NodePortAddresses = "node-port-addresses";

    /// <summary>Clients that affinity remembers at most; further ones are balanced without memory.</summary>
    private const uint AffinityClients = 262_144;

    /// <summary>The API's default, so that most rules need no timeout of their own.</summary>
    public const ulong AffinityMilliseconds = 10_800_000;

    public static readonly ServiceSets V4 = new(v6: false);
    public static readonly ServiceSets V6 = new(v6: true);

    /// <summary>The class of the value that the packet carries.</summary>
    public static readonly NftExpression Class = Nft.Priority.And(NftData.Host32(ClassMask));

    /// <summary>Takes the value off the packet.</summary>
    public static readonly NftStatement PutDown = Carry(new NftConstant(NftData.Host32(0), NftType.ClassId));

    private ServiceSets(bool v6)
    {
        IsV6 = v6;
        Table = new NftTableId(v6 ? NftFamily.Ip6 : NftFamily.Ip, "weft-services");
        AddressType = v6 ? NftType.Ipv6Address : NftType.Ipv4Address;
        EndpointType = NftType.Concat(AddressType, NftType.Port);
        Source = v6 ? Nft.Ip6Saddr : Nft.IpSaddr;
        Destination = v6 ? Nft.Ip6Daddr : Nft.IpDaddr;
        Loopback = IpPrefix.Parse(v6 ? "::1/128" : "127.0.0.0/8");
        Frontend = Nft.Concat(Destination, Nft.L4Proto, Nft.TransportDport).Map(Frontends, NftType.Mark);
        NodePort = Nft.Concat(Nft.L4Proto, Nft.TransportDport).Map(NodePorts, NftType.Mark);
        All = Define();
    }

    public bool IsV6 { get; }
    public NftTableId Table { get; }
    public NftType AddressType { get; }
    public NftType EndpointType { get; }
    public NftExpression Source { get; }
    public NftExpression Destination { get; }
    public IpPrefix Loopback { get; }

    /// <summary>The value of the packet's destination.</summary>
    public NftExpression Frontend { get; }

    /// <summary>The value of the packet's destination port.</summary>
    public NftExpression NodePort { get; }

    /// <summary>Every set without elements.</summary>
    public EquatableArray<NftSet> All { get; }

    public static ServiceSets Of(bool v6) => v6 ? V6 : V4;

    /// <summary>The definition of that name.</summary>
    public NftSet this[string name] => All.First(set => set.Name == name);

    /// <summary>The id in the value that the packet carries, for all endpoints or for those of this node.</summary>
    public static NftExpression Id(bool local) => new NftBitwise(Nft.Priority, NftData.Host32(IdMask), NftData.Host32(local ? 1u : 0));

    /// <summary>Has the packet carry a value to the rules that follow.</summary>
    public static NftStatement Carry(NftExpression value) => new NftSetMeta(NftMeta.Priority, value);

    private EquatableArray<NftSet> Define() =>
    [
        new(Frontends, NftType.Concat(AddressType, NftType.Protocol, NftType.Port), NftType.Mark) { Comment = "virtual addresses: class and id" },
        new(NodePorts, NftType.Concat(NftType.Protocol, NftType.Port), NftType.Mark) { Comment = "ports of the node's addresses: class and id" },
        new(Classes, NftType.Mark, NftType.Verdict) { Comment = "what is done with a class" },
        new(Backends, NftType.Concat(NftType.Mark, NftType.Mark), EndpointType) { Comment = "id and slot or place: endpoint" },
        new(Places, NftType.Concat(NftType.Mark, NftType.Mark), NftType.Mark) { Comment = "id and slot: place, where clients stay with endpoints" },
        new(Affinity, NftType.Concat(NftType.Mark, AddressType), NftType.Mark)
        {
            Flags = NftSetFlags.Timeout | NftSetFlags.Dynamic,
            Size = AffinityClients,
            TimeoutMilliseconds = AffinityMilliseconds,
            Comment = "id and client: place",
        },
        new(Sources, NftType.Concat(NftType.Mark, AddressType)) { Flags = NftSetFlags.Interval, Comment = "id and clients of load balancers" },
        new(Hairpins, NftType.Concat(AddressType, AddressType)) { Comment = "endpoints here that reach themselves" },
        new(ClusterIps, AddressType) { Comment = "cluster IPs outside the service ranges" },
        Ranges(ServiceRanges, "where cluster IPs live"),
        Ranges(PodRanges, "where pods live"),
        Ranges(NodePortAddresses, "addresses that take node ports"),
    ];

    private NftSet Ranges(string name, string comment) => new(name, AddressType) { Flags = NftSetFlags.Interval, Comment = comment };
}
