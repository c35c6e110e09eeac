using Weft.Cni.Protocol;
using Weft.Model;
using Weft.Model.Links;
using Weft.Model.Nodes;
using Weft.Model.Routes;

namespace Weft.Cni.Attach;

/// <summary>The pod's side of an attachment: addresses and routes on its interface.</summary>
internal static class PodInterface
{
    /// <summary>Fails when the pod has an interface of that name already.</summary>
    public static void MustBeFree(IPodWorld pod, string name)
    {
        if (pod.Stack.FindLink(name) is not null)
            throw CniException.Internal($"container veth name provided (\"{name}\") already exists");
    }

    /// <summary>Makes IPv6 usable where a runtime switched it off, as an address of that family needs it.</summary>
    public static void EnableIpv6(IPodWorld pod, string name, EquatableArray<CniAddress> addresses)
    {
        foreach (var address in addresses)
        {
            if (!address.Address.IsV6)
                continue;
            foreach (var report in pod.Settings.Apply([new Sysctl("net/ipv6/conf/lo/disable_ipv6", "0"), new Sysctl($"net/ipv6/conf/{name}/disable_ipv6", "0")]))
            {
                if (!report.Holds)
                    throw CniException.Internal($"failed to enable IPv6 for the pod: {report.Message}");
            }

            return;
        }
    }

    /// <summary>Puts the addresses on the interface.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="name">The interface.</param>
    /// <param name="addresses">The addresses.</param>
    /// <param name="routed">Whether the subnet is reached through the gateway and not on the link.</param>
    /// <param name="detectDuplicates">Whether IPv6 addresses are probed first.</param>
    public static void AddAddresses(IPodWorld pod, string name, EquatableArray<CniAddress> addresses, bool routed, bool detectDuplicates)
    {
        foreach (var address in addresses)
        {
            pod.Stack.AddAddress(new InterfaceAddress(name, address.Address, address.PrefixLength)
            {
                NoDad = address.Address.IsV6 && !detectDuplicates,
                NoPrefixRoute = routed,
            });
        }
    }

    /// <summary>Makes the gateway the only neighbour: a route to it on the link, and the rest of the subnet through it.</summary>
    public static void RouteSubnetsThroughGateway(IPodWorld pod, string name, EquatableArray<CniAddress> addresses)
    {
        foreach (var address in addresses)
        {
            var gateway = GatewayOf(address);
            var toGateway = new Route(IpPrefix.Host(gateway)) { Device = name, Scope = RouteScope.Link, Source = address.Address };
            var toSubnet = new Route(address.Subnet) { Device = name, Gateway = gateway, Source = address.Address };
            Add(pod, toGateway);
            if (address.Subnet.HostBits > 0)
                Add(pod, toSubnet);
        }
    }

    /// <summary>Adds the routes of a result; those without a gateway go through that of the first address of their family.</summary>
    public static void AddRoutes(IPodWorld pod, string name, CniResult result)
    {
        foreach (var route in result.Routes)
        {
            var isV6 = route.Destination.IsV6;
            Add(pod, new Route(route.Destination)
            {
                Device = name,
                Gateway = route.Scope is (int)RouteScope.Link ? null : route.Gateway ?? GatewayOf(result, isV6),
                Metric = (uint)(route.Priority ?? 0),
                Table = route.Table is { } table ? (uint)table : RouteTable.Main,
                Scope = route.Scope is { } scope ? (RouteScope)scope : null,
                Mtu = route.Mtu is { } mtu ? (uint)mtu : null,
            });
        }
    }

    /// <summary>The gateway of an address, which a link without a switch cannot do without.</summary>
    public static IpAddress GatewayOf(CniAddress address) =>
        address.Gateway ?? throw CniException.Internal($"IPAM gave address {address} without a gateway, which a point-to-point link needs");

    /// <summary>The gateway of the first address of the family that has one.</summary>
    public static IpAddress? GatewayOf(CniResult result, bool isV6)
    {
        foreach (var address in result.Addresses)
        {
            if (address.Gateway is { } gateway && gateway.IsV6 == isV6)
                return gateway;
        }

        return null;
    }

    private static void Add(IPodWorld pod, Route route)
    {
        try
        {
            pod.Stack.AddRoute(route);
        }
        catch (Netlink.NetlinkException error) when (!error.AlreadyExists)
        {
            throw CniException.Internal($"failed to add route '{route}': {error.Message}", error);
        }
        catch (Netlink.NetlinkException)
        {
            // The same route from two addresses, or one that the kernel made itself.
        }
    }
}
