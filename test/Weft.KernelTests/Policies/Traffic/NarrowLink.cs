using Weft.Model;
using Weft.Model.Links;
using Weft.Netlink;

namespace Weft.KernelTests.Policies.Traffic;

/// <summary>A pod's link on its node with a smaller MTU, for a while.</summary>
internal sealed class NarrowLink : IDisposable
{
    private readonly INetworkStack _node;
    private readonly string _device;
    private readonly int _before;

    private NarrowLink(INetworkStack node, string device, int mtu)
    {
        (_node, _device) = (node, device);
        _before = node.FindLink(device)!.Mtu;
        node.ChangeLink(device, new LinkChange { Mtu = mtu });
    }

    /// <summary>Narrows the link on which a node reaches an address.</summary>
    public static NarrowLink To(INetworkStack node, IpAddress address, int mtu) => new(node, node.Resolve(address).Device!, mtu);

    public void Dispose() => _node.ChangeLink(_device, new LinkChange { Mtu = _before });
}
