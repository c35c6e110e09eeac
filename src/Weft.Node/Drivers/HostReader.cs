using Weft.Compilers.Pods;
using Weft.Model;
using Weft.Model.Nodes;
using Weft.Model.Routes;
using Weft.Netlink;
using Weft.Netlink.Namespaces;

namespace Weft.Node.Drivers;

/// <summary>Looks at the machine: devices, addresses, installed plugins, what the kernel offers.</summary>
public sealed class HostReader(INetworkStack network, ISysctls sysctls, CniFolder cni)
{
    /// <summary>Takes a look.</summary>
    /// <exception cref="NetlinkException">The kernel refuses to tell.</exception>
    public HostView Read()
    {
        var addresses = network.Addresses().ToLookup(address => address.Device, StringComparer.Ordinal);
        return new HostView
        {
            Links = network.Links()
                .Where(link => link.Name != OverlayDevice.Name)
                .Select(link => new HostLink(link.Name, link.Mtu, Addresses(addresses[link.Name])))
                .Where(link => link.Addresses.Count > 0)
                .OrderBy(link => link.Name, StringComparer.Ordinal)
                .ToEquatableArray(),
            CniPlugins = cni.Plugins(),
            BridgeNetfilter = sysctls.Read(BridgedPods.Sysctl) is not null,
            IPv6 = sysctls.Read("net/ipv6/conf/all/forwarding") is not null,
        };
    }

    private static EquatableArray<HostAddress> Addresses(IEnumerable<Model.Links.InterfaceAddress> addresses) =>
        addresses
            .Where(address => !address.Address.IsLinkLocal && !address.Address.IsLoopback && !address.Deprecated && address.Scope != RouteScope.Host)
            .Select(address => new HostAddress(address.Address, address.PrefixLength))
            .OrderBy(address => address.Address)
            .ThenBy(address => address.PrefixLength)
            .ToEquatableArray();
}
