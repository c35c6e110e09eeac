using System.Globalization;
using Weft.Model;
using Weft.Model.Links;
using Weft.Model.Nodes;
using Weft.Model.Routes;
using Weft.Netlink;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;
using Weft.Tests.Policies;

namespace Weft.KernelTests.Policies;

/// <summary>The addresses of <see cref="RandomPolicies"/> as a node's pods see them: half of them on either side of the node, which routes and filters.</summary>
internal sealed class PolicyWorld : IDisposable
{
    private static readonly int[] LeftOnes = [0, 1, 2, 6, 7, 10], RightOnes = [3, 4, 5, 8, 9];

    private readonly KernelNetworkStack _stack;

    public PolicyWorld()
    {
        _stack = KernelNetworkStack.Open(Node);
        new KernelSysctls(Node).Apply(
            [new Sysctl("net/ipv4/ip_forward", "1"), new Sysctl("net/ipv6/conf/all/forwarding", "1"), new Sysctl("net/ipv6/conf/default/accept_dad", "0")]);
        Filter = Node.Run(() => new KernelNftables());
        Attach(Left, "left", 1, LeftOnes);
        Attach(Right, "right", 2, RightOnes);
    }

    public NetworkNamespace Node { get; } = NetworkNamespace.Create();

    public NetworkNamespace Left { get; } = NetworkNamespace.Create();

    public NetworkNamespace Right { get; } = NetworkNamespace.Create();

    /// <summary>The node's packet filter.</summary>
    public KernelNftables Filter { get; }

    /// <summary>The side on which an address is; null for neither.</summary>
    public NetworkNamespace? SideOf(IpAddress address) => Number(address) switch
    {
        var number when LeftOnes.Contains(number) => Left,
        var number when RightOnes.Contains(number) => Right,
        _ => null,
    };

    public void Dispose()
    {
        Filter.Dispose();
        _stack.Dispose();
        Node.Dispose();
        Left.Dispose();
        Right.Dispose();
    }

    private static int Number(IpAddress address) => Array.IndexOf(RandomPolicies.Addresses(address.IsV6), address);

    private void Attach(NetworkNamespace side, string device, int subnet, int[] numbers)
    {
        using var stack = KernelNetworkStack.Open(side);
        new KernelSysctls(side).Apply([new Sysctl("net/ipv6/conf/default/accept_dad", "0")]);
        _stack.CreateVeth(new VethSpec(device, "eth0") { PeerUp = false }, stack);
        _stack.ChangeLink(device, new LinkChange { Up = true });
        stack.ChangeLink("lo", new LinkChange { Up = true });
        stack.ChangeLink("eth0", new LinkChange { Up = true });
        foreach (var v6 in (ReadOnlySpan<bool>)[false, true])
        {
            var (gateway, own) = (Transfer(subnet, 1, v6), Transfer(subnet, 2, v6));
            _stack.AddAddress(new InterfaceAddress(device, gateway, v6 ? 64 : 24) { NoDad = v6 });
            stack.AddAddress(new InterfaceAddress("eth0", own, v6 ? 64 : 24) { NoDad = v6 });
            stack.AddRoute(new Route(v6 ? IpPrefix.AnyV6 : IpPrefix.AnyV4) { Gateway = gateway, Device = "eth0" });
            foreach (var number in numbers)
            {
                var address = RandomPolicies.Addresses(v6)[number];
                stack.AddAddress(new InterfaceAddress("eth0", address, address.BitLength) { NoDad = v6 });
                _stack.AddRoute(new Route(IpPrefix.Host(address)) { Gateway = own, Device = device });
            }
        }
    }

    private static IpAddress Transfer(int subnet, int host, bool v6) => IpAddress.Parse(v6
        ? string.Create(CultureInfo.InvariantCulture, $"fd01:{subnet}::{host}")
        : string.Create(CultureInfo.InvariantCulture, $"192.168.{subnet}.{host}"));
}
