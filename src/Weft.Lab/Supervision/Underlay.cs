using Weft.Lab.Nodes;
using Weft.Model;
using Weft.Model.Links;
using Weft.Netlink;

namespace Weft.Lab.Supervision;

/// <summary>The network that joins the nodes: a bridge in the lab's own network namespace, which stands for everything outside of the cluster.</summary>
/// <remarks>It has no routes to pod ranges, so what a pod sends to it gets an answer only when its node masquerades.</remarks>
/// <param name="Prefixes">The ranges of node addresses, one per address family, the main one first.</param>
public sealed record Underlay(EquatableArray<IpPrefix> Prefixes)
{
    /// <summary>Name of the bridge; nodes are its ports.</summary>
    public const string Bridge = "underlay";

    // The addresses before the first node's: network and gateway.
    private const int Reserved = 2;

    /// <summary>Its own addresses, the first of each range: the nodes' default routes, and the API server's for them.</summary>
    public EquatableArray<IpAddress> Gateways { get; } = [.. Prefixes.Select(GatewayOf)];

    /// <summary>Makes it in the network namespace of this process.</summary>
    /// <exception cref="LabException">The kernel lacks bridges.</exception>
    public static Underlay Create(EquatableArray<IpPrefix> prefixes)
    {
        var underlay = new Underlay(prefixes);
        NodeSysctls.ApplyToPod();
        using var stack = KernelNetworkStack.Open();
        stack.ChangeLink("lo", new LinkChange { Up = true });
        if (stack.FindLink(Bridge) is null)
            CreateBridge(stack);
        foreach (var prefix in prefixes)
            stack.ReplaceAddress(new InterfaceAddress(Bridge, GatewayOf(prefix), prefix.Length) { NoDad = true });
        return underlay;
    }

    /// <summary>Where the node number <paramref name="index"/> stands, counted from 0.</summary>
    public EquatableArray<UnderlayPlace> PlacesOf(int index) =>
        [.. Prefixes.Select(prefix => new UnderlayPlace(prefix.AddressAt((UInt128)(index + Reserved)), prefix, GatewayOf(prefix)))];

    private static IpAddress GatewayOf(IpPrefix prefix) => prefix.AddressAt(1);

    private static void CreateBridge(KernelNetworkStack stack)
    {
        try
        {
            stack.CreateLink(new LinkSpec(Bridge, new BridgeKind { ForwardDelay = 0, MulticastSnooping = false }));
        }
        catch (NetlinkException e) when (e.Errno == Netlink.Libc.Errno.EOPNOTSUPP)
        {
            throw new LabException("this kernel has no bridges (CONFIG_BRIDGE): as root, `modprobe bridge veth`, or use a kernel that has them", e);
        }
    }
}
