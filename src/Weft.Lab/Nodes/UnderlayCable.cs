using System.Security.Cryptography;
using System.Text;
using Weft.Model;
using Weft.Model.Links;
using Weft.Model.Routes;
using Weft.Netlink;

namespace Weft.Lab.Nodes;

/// <summary>The veth between a node and the underlay's bridge.</summary>
internal sealed class UnderlayCable(LabNodeOptions options, string bridge)
{
    private const string NodeEnd = "eth0";

    // IFNAMSIZ is 16 with its terminator (linux/if.h).
    private const int LongestName = 15;

    private readonly string _bridgeEnd = NameOf(options.Name);

    /// <summary>Makes it, gives the node its addresses and its default routes.</summary>
    public void Lay(INetworkStack node)
    {
        using var underlay = KernelNetworkStack.Open();
        underlay.DeleteLink(_bridgeEnd);
        underlay.CreateVeth(new VethSpec(_bridgeEnd, NodeEnd) { Master = bridge }, node);
        foreach (var (address, prefix, gateway) in options.Underlay)
        {
            node.AddAddress(new InterfaceAddress(NodeEnd, address, prefix.Length) { NoDad = true });
            node.AddRoute(new Route(gateway.IsV6 ? IpPrefix.AnyV6 : IpPrefix.AnyV4) { Gateway = gateway, Device = NodeEnd });
        }
    }

    /// <summary>Switches it off at the bridge: the node sees its carrier go.</summary>
    public void Pull() => Switch(up: false);

    /// <summary>Switches it on.</summary>
    public void Plug() => Switch(up: true);

    /// <summary>Takes it away, where the end of the node's namespace has not done so yet.</summary>
    public void Remove()
    {
        using var underlay = KernelNetworkStack.Open();
        underlay.DeleteLink(_bridgeEnd);
    }

    private void Switch(bool up)
    {
        using var underlay = KernelNetworkStack.Open();
        underlay.ChangeLink(_bridgeEnd, new LinkChange { Up = up });
    }

    // Node names may have 253 characters.
    private static string NameOf(string node) => node.Length <= LongestName
        ? node
        : $"n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(node)))[..(LongestName - 1)]}";
}
