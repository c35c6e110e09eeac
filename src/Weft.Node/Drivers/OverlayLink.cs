using Weft.Model.Links;
using Weft.Model.Nodes;
using Weft.Netlink;

namespace Weft.Node.Drivers;

/// <summary>The overlay device as a link of the kernel.</summary>
internal static class OverlayLink
{
    /// <summary>The device as it stands; whatever bears its name and cannot be used equals no wish.</summary>
    public static OverlayDevice? Read(INetworkStack network)
    {
        if (network.FindLink(OverlayDevice.Name) is not { } link)
            return null;
        return link is { Kind: VxlanKind { Local: { } local, Learning: not true } vxlan, Address: { } mac }
            ? new OverlayDevice(vxlan.Vni, vxlan.Port, local, mac, link.Up ? link.Mtu : 0)
            : new OverlayDevice(0, 0, default, default, 0);
    }

    /// <summary>The wish for it.</summary>
    public static LinkSpec Spec(OverlayDevice device) => new(
        OverlayDevice.Name, new VxlanKind { Vni = device.Vni, Port = device.Port, Local = device.Local, Learning = false })
    {
        Mtu = device.Mtu,
        Address = device.Mac,
    };

    /// <summary>What can change while it stands.</summary>
    public static LinkChange Change(OverlayDevice device) => new() { Mtu = device.Mtu, Address = device.Mac, Up = true };
}
