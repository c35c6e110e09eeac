using Weft.Model;
using Weft.Model.Links;
using Weft.Model.Nodes;
using Weft.Model.Routes;
using Weft.Netlink;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;

namespace Weft.Cli.Bench.Services;

/// <summary>A client, a node that forwards and translates, and a server with as many addresses as there are endpoints; a namespace each.</summary>
internal sealed class TrafficRig : IDisposable
{
    public const int Endpoints = 8;
    public const ushort Port = 8080;

    private static readonly IpAddress ClientGateway = IpAddress.Parse("10.244.0.1");
    private static readonly IpAddress ServerGateway = IpAddress.Parse("10.244.1.1");
    private readonly List<IDisposable> _open = [];

    public TrafficRig()
    {
        (Client, Node, Server) = (Make(), Make(), Make());
        using var client = KernelNetworkStack.Open(Client);
        using var node = KernelNetworkStack.Open(Node);
        using var server = KernelNetworkStack.Open(Server);
        Join(node, client, "client", ClientGateway, [ClientAddress]);
        Join(node, server, "server", ServerGateway, [.. Enumerable.Range(0, Endpoints).Select(EndpointAt)]);
        foreach (var where in (NetworkNamespace[])[Client, Node, Server])
            new KernelSysctls(where).Apply(Settings);
        Filter = Node.Run(() => new KernelNftables());
        _open.Add(Filter);
    }

    public NetworkNamespace Client { get; }

    public NetworkNamespace Node { get; }

    public NetworkNamespace Server { get; }

    public KernelNftables Filter { get; }

    /// <summary>The address of the client.</summary>
    public static IpAddress ClientAddress { get; } = IpAddress.Parse("10.244.0.2");

    /// <summary>The address of an endpoint.</summary>
    public static IpAddress EndpointAt(int number) => IpAddress.Parse("10.244.1.10").Add(number);

    public void Dispose()
    {
        foreach (var open in _open)
            open.Dispose();
    }

    // Connections that ended must not fill the tables which namespaces share.
    private static readonly Sysctl[] Settings =
    [
        new("net/ipv4/ip_forward", "1"),
        new("net/ipv4/ip_local_port_range", "1024 65000"),
        new("net/ipv4/tcp_tw_reuse", "1"),
        new("net/netfilter/nf_conntrack_udp_timeout", "1"),
        new("net/netfilter/nf_conntrack_udp_timeout_stream", "1"),
        new("net/netfilter/nf_conntrack_tcp_timeout_time_wait", "1"),
        new("net/netfilter/nf_conntrack_tcp_timeout_close", "1"),
        new("net/netfilter/nf_conntrack_tcp_timeout_last_ack", "1"),
    ];

    private NetworkNamespace Make()
    {
        var made = NetworkNamespace.Create();
        _open.Add(made);
        return made;
    }

    private static void Join(KernelNetworkStack node, KernelNetworkStack pod, string name, IpAddress gateway, IpAddress[] addresses)
    {
        node.CreateVeth(new VethSpec(name, "eth0"), pod);
        node.ChangeLink("lo", new LinkChange { Up = true });
        node.AddAddress(new InterfaceAddress(name, gateway, 24));
        pod.ChangeLink("lo", new LinkChange { Up = true });
        foreach (var address in addresses)
            pod.AddAddress(new InterfaceAddress("eth0", address, 24));
        pod.AddRoute(new Route(IpPrefix.AnyV4) { Gateway = gateway, Device = "eth0" });
    }
}
