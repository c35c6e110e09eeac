using Weft.Model;
using Weft.Model.Links;
using Weft.Netlink;

namespace Weft.Lab.Supervision;

/// <summary>The network that joins the nodes: a bridge in the lab's own network namespace, which stands for everything outside of the cluster.</summary>
/// <remarks>It has no routes to pod ranges, so what a pod sends to it gets an answer only when its node masquerades.</remarks>
/// <param name="Prefix">The range of node addresses.</param>
/// <param name="Gateway">Its own address, the first of the range: the nodes' default route, and the API server's for them.</param>
public sealed record Underlay(IpPrefix Prefix, IpAddress Gateway)
{
    /// <summary>Name of the bridge; nodes are its ports.</summary>
    public const string Bridge = "underlay";

    // The addresses before the first node's: network and gateway.
    private const int Reserved = 2;

    /// <summary>Makes it in the network namespace of this process.</summary>
    /// <exception cref="LabException">The kernel lacks bridges.</exception>
    public static Underlay Create(IpPrefix prefix)
    {
        var underlay = new Underlay(prefix, prefix.AddressAt(1));
        using var stack = KernelNetworkStack.Open();
        stack.ChangeLink("lo", new LinkChange { Up = true });
        if (stack.FindLink(Bridge) is null)
            CreateBridge(stack);
        stack.ReplaceAddress(new InterfaceAddress(Bridge, underlay.Gateway, prefix.Length));
        return underlay;
    }

    /// <summary>The address of the node number <paramref name="index"/>, counted from 0.</summary>
    public IpAddress AddressOf(int index) => Prefix.AddressAt((UInt128)(index + Reserved));

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
