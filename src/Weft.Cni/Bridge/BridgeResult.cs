using Weft.Cni.Plugins;
using Weft.Cni.Protocol;
using Weft.Model;
using Weft.Model.Links;

namespace Weft.Cni.Bridge;

/// <summary>The result of an ADD: the bridge, the host's end and the pod's end of the cable, and what IPAM gave, gateways filled in.</summary>
internal static class BridgeResult
{
    private const int PodInterfaceIndex = 2;

    /// <summary>Composes it.</summary>
    public static CniResult Compose(PluginRequest request, BridgeConfig config, Link bridge, VethSpec cable, CniResult? ipam)
    {
        var addresses = (ipam?.Addresses ?? default).Select(each => Complete(config, each)).ToEquatableArray();
        return new CniResult
        {
            Interfaces =
            [
                new CniInterface(bridge.Name) { Mac = $"{bridge.Address}", Mtu = NotZero(bridge.Mtu) },
                new CniInterface(cable.Name) { Mac = $"{cable.Address}", Mtu = config.Mtu },
                new CniInterface(cable.PeerName) { Mac = $"{cable.PeerAddress}", Mtu = config.Mtu, Sandbox = request.Netns },
            ],
            Addresses = addresses,
            Routes = CompleteRoutes(config, addresses, ipam?.Routes ?? default),
            Dns = config.Dns.IsEmpty ? ipam?.Dns ?? CniDns.Empty : config.Dns,
        };
    }

    private static int? NotZero(int value) => value == 0 ? null : value;

    /// <summary>An address without a gateway gets the subnet's first address for one, where the bridge is to be it.</summary>
    private static CniAddress Complete(BridgeConfig config, CniAddress address) => address with
    {
        Interface = PodInterfaceIndex,
        Gateway = address.Gateway ?? (config.IsGateway ? address.Subnet.AddressAt(1) : null),
    };

    private static EquatableArray<CniRoute> CompleteRoutes(BridgeConfig config, EquatableArray<CniAddress> addresses, EquatableArray<CniRoute> routes)
    {
        if (!config.IsDefaultGateway)
            return routes;
        var complete = routes.ToList();
        foreach (var address in addresses)
        {
            var everywhere = address.Address.IsV6 ? IpPrefix.AnyV6 : IpPrefix.AnyV4;
            if (!complete.Exists(route => route.Destination == everywhere && route.Gateway is not null))
                complete.Add(new CniRoute(everywhere) { Gateway = address.Gateway });
        }

        return complete.ToEquatableArray();
    }
}
