using System.Globalization;
using Weft.Model;
using Weft.Model.Links;
using Weft.Model.Nodes;
using Weft.Model.Routes;
using Weft.Netlink;
using Weft.Netlink.Namespaces;

namespace Weft.KernelTests.Node;

/// <summary>The network between nodes: two subnets, a router between them that drops sources it does not know, and the world outside behind it.</summary>
/// <remarks>
/// 172.30.0.0/24 with fd30::/64 and 172.31.0.0/24 with fd31::/64; the outside is 192.0.2.1 and 2001:db8::1. It knows nothing of pods.
/// Like machines that have been up for a while, nobody probes link-local addresses for duplicates any more: meanwhile none would forward IPv6.
/// </remarks>
internal sealed class Underlay : IDisposable
{
    public static readonly IpAddress OutsideV4 = IpAddress.Parse("192.0.2.1");
    public static readonly IpAddress OutsideV6 = IpAddress.Parse("2001:db8::1");
    private readonly KernelNetworkStack _stack;

    public Underlay()
    {
        Namespace = NetworkNamespace.Create();
        _stack = KernelNetworkStack.Open(Namespace);
        new KernelSysctls(Namespace).Apply(
        [
            new Sysctl("net/ipv4/ip_forward", "1"),
            new Sysctl("net/ipv6/conf/all/forwarding", "1"),
            new Sysctl("net/ipv4/conf/all/rp_filter", "1"),
            WithoutProbes("default"),
        ]);
        _stack.ChangeLink("lo", new LinkChange { Up = true });
        _stack.AddAddress(new InterfaceAddress("lo", OutsideV4, 32));
        _stack.AddAddress(new InterfaceAddress("lo", OutsideV6, 128));
        for (var subnet = 0; subnet < 2; subnet++)
        {
            _stack.CreateLink(new LinkSpec(Bridge(subnet), new BridgeKind()));
            _stack.AddAddress(new InterfaceAddress(Bridge(subnet), V4(subnet, 1), 24));
            _stack.AddAddress(new InterfaceAddress(Bridge(subnet), V6(subnet, 1), 64) { NoDad = true });
        }
    }

    public NetworkNamespace Namespace { get; }

    /// <summary>Joins a machine: its eth0 gets the addresses number <paramref name="host"/> of a subnet and the router as gateway.</summary>
    public void Join(NetworkNamespace where, INetworkStack machine, int subnet, int host)
    {
        var port = string.Create(CultureInfo.InvariantCulture, $"p{subnet}-{host}");
        _stack.CreateVeth(new VethSpec(port, "eth0") { Master = Bridge(subnet), PeerUp = false }, machine);
        new KernelSysctls(where).Apply([WithoutProbes("eth0")]);
        machine.ChangeLink("lo", new LinkChange { Up = true });
        machine.ChangeLink("eth0", new LinkChange { Up = true });
        machine.AddAddress(new InterfaceAddress("eth0", V4(subnet, host), 24));
        machine.AddAddress(new InterfaceAddress("eth0", V6(subnet, host), 64) { NoDad = true });
        machine.AddRoute(new Route(IpPrefix.AnyV4) { Gateway = V4(subnet, 1), Device = "eth0" });
        machine.AddRoute(new Route(IpPrefix.AnyV6) { Gateway = V6(subnet, 1), Device = "eth0" });
    }

    public static IpAddress V4(int subnet, int host) => IpAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"172.{30 + subnet}.0.{host}"));

    public static IpAddress V6(int subnet, int host) => IpAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"fd3{subnet}::{host:x}"));

    public void Dispose()
    {
        _stack.Dispose();
        Namespace.Dispose();
    }

    private static Sysctl WithoutProbes(string device) => new($"net/ipv6/conf/{device}/accept_dad", "0");

    private static string Bridge(int subnet) => string.Create(CultureInfo.InvariantCulture, $"subnet{subnet}");
}
