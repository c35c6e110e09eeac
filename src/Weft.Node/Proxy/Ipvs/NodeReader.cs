using Weft.Compilers.Services.Ipvs;
using Weft.Model;
using Weft.Model.Links;
using Weft.Model.Routes;
using Weft.Netlink;

namespace Weft.Node.Proxy.Ipvs;

/// <summary>Reads what <see cref="IpvsProgram"/> must know of the machine.</summary>
internal sealed class NodeReader
{
    private IReadOnlyList<InterfaceAddress> _addresses = [];
    private IpvsNode? _last;

    /// <summary>The node as it is now; routes are asked again in doubt, or when an address has changed.</summary>
    public IpvsNode Read(INetworkStack network, bool doubt)
    {
        var addresses = network.Addresses();
        if (_last is not null && !doubt && addresses.SequenceEqual(_addresses))
            return _last;
        _addresses = addresses;
        var routes = network.Routes(new RouteFilter { Table = RouteTable.Main });
        return _last = new IpvsNode(
            addresses.Select(address => address.Address).ToEquatableArray(), Source(routes, addresses, IpPrefix.AnyV4), Source(routes, addresses, IpPrefix.AnyV6));
    }

    /// <summary>The address that its connections into the world have: those to virtual addresses are to have the same one, as without IPVS.</summary>
    private static IpAddress? Source(IReadOnlyList<Route> routes, IReadOnlyList<InterfaceAddress> addresses, IpPrefix world)
    {
        var way = routes.Where(route => route.Destination == world).MinBy(route => route.Metric);
        return way is null ? null : way.Source ?? addresses
            .Where(address => address.Device == way.Device && address.Address.IsV6 == world.IsV6 && !address.Address.IsLinkLocal)
            .Select(address => (IpAddress?)address.Address).FirstOrDefault();
    }
}
