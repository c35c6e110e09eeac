using System.Collections.Immutable;
using Weft.Compilers.Clusters;
using Weft.Model;
using Weft.Model.Nodes;
using Weft.Model.Routes;

namespace Weft.Compilers.Routes;

/// <summary>Makes routes to every other node's pods.</summary>
/// <remarks>
/// Through the overlay, the gateway is the range's own network address, which no pod ever gets, and for IPv6 the peer's link-local address
/// (a global one would be refused while another route leads to it). Its neighbour entry names the peer's hardware address, and the
/// forwarding database the peer's node address. Pods reach the addresses of such nodes through the overlay too,
/// by a table that only they consult: a network between the nodes that drops unknown sources never sees a pod's address.
/// </remarks>
public static class RouteCompiler
{
    private const int EthernetMtu = 1500;

    /// <summary>Compiles for the node <paramref name="self"/> on <paramref name="host"/>.</summary>
    public static RoutePlan Compile(ClusterTopology topology, ClusterNode self, OverlayMode mode, HostView host)
    {
        var build = new Builder(self, mode, host);
        foreach (var peer in topology.Nodes)
        {
            if (peer.Name != self.Name)
                build.Add(peer);
        }

        return build.ToPlan();
    }

    private sealed class Builder(ClusterNode self, OverlayMode mode, HostView host)
    {
        private readonly Dictionary<RouteKey, Route> _routes = [];
        private readonly Dictionary<MacAddress, ForwardingEntry> _forwarding = [];
        private readonly Dictionary<IpAddress, Neighbour> _neighbours = [];
        private readonly ImmutableArray<Problem>.Builder _problems = ImmutableArray.CreateBuilder<Problem>();

        public void Add(ClusterNode peer)
        {
            foreach (var range in peer.PodRanges)
            {
                if (HostNetworkOver(range) is { } link)
                {
                    _problems.Add(new Problem(peer.ObjectName, "NoRoute", $"pods in {range} get no route: the range overlaps the network of {link.Name}; choose pod ranges apart from the nodes' network"));
                    continue;
                }

                switch (PeerPaths.Choose(mode, self, peer, host, range.IsV6))
                {
                    case PeerPath.Direct:
                        AddDirect(peer, range);
                        break;
                    case PeerPath.Overlay:
                        AddOverlay(peer, range);
                        break;
                    default:
                        _problems.Add(Unreachable(peer, range));
                        break;
                }
            }
        }

        public RoutePlan ToPlan()
        {
            var underlay = PeerPaths.Underlay(self);
            var overlay = _forwarding.Count > 0 && underlay is { } local ? Device(local) : null;
            return new RoutePlan
            {
                Overlay = overlay,
                Forwarding = _forwarding.Values.OrderBy(entry => entry.Address.Value).ToEquatableArray(),
                Neighbours = _neighbours.Values.OrderBy(entry => entry.Address).ToEquatableArray(),
                Routes = _routes.Values.OrderBy(route => route.Table).ThenBy(route => route.Destination).ToEquatableArray(),
                Rules = overlay is null ? [] : self.PodRanges.Where(HasOverlayTable).Order().Select(range => RouteIds.OverlayRule(range)).ToEquatableArray(),
                PodMtu = overlay?.Mtu ?? UnderlayMtu(underlay),
                Problems = _problems.DrainToImmutable(),
            };
        }

        /// <summary>A route to such a range would take this machine's own network away. Gateways of our pods lie in our ranges and do not count.</summary>
        private HostLink? HostNetworkOver(IpPrefix range)
        {
            foreach (var link in host.Links)
            {
                foreach (var address in link.Addresses)
                {
                    if (address.Subnet.Overlaps(range) && !self.PodRanges.Any(own => own.Contains(address.Address)))
                        return link;
                }
            }

            return null;
        }

        private void AddDirect(ClusterNode peer, IpPrefix range)
        {
            var mine = self.Address(range.IsV6)!.Value;
            Put(new Route(range) { Gateway = peer.Address(range.IsV6), Device = host.LinkOf(mine)!.Name, Source = mine });
        }

        private void AddOverlay(ClusterNode peer, IpPrefix range)
        {
            var mac = OverlayMac.Of(peer.Name);
            var remote = peer.Address(PeerPaths.Underlay(self)!.Value.IsV6)!.Value;
            if (_forwarding.TryGetValue(mac, out var taken) && taken.Destination != remote)
            {
                _problems.Add(new Problem(peer.ObjectName, "OverlayAddressTaken",
                    $"its name gives the same hardware address {mac} as another node's; rename the node"));
                return;
            }

            _forwarding[mac] = new ForwardingEntry(OverlayDevice.Name, mac) { Destination = remote };
            var gateway = range.IsV6 ? OverlayMac.LinkLocal(mac) : range.Network;
            _neighbours[gateway] = new Neighbour(OverlayDevice.Name, gateway) { HardwareAddress = mac };
            Put(Through(gateway, range));
            if (peer.Address(range.IsV6) is { } node)
                Put(Through(gateway, IpPrefix.Host(node)) with { Table = RouteIds.OverlayTable });
        }

        private Route Through(IpAddress gateway, IpPrefix destination) => new(destination)
        {
            Gateway = gateway,
            Device = OverlayDevice.Name,
            OnLink = !gateway.IsV6,
            Source = Source(destination.IsV6),
        };

        private void Put(Route route) => _routes[route.Key] = route with { Protocol = RouteIds.Protocol };

        private bool HasOverlayTable(IpPrefix range) =>
            _routes.Values.Any(route => route.Table == RouteIds.OverlayTable && route.Destination.IsV6 == range.IsV6);

        /// <summary>This node's own packets to pods carry the address that other nodes know, if the host really has it.</summary>
        private IpAddress? Source(bool v6) => self.Address(v6) is { } mine && host.LinkOf(mine) is not null ? mine : null;

        private OverlayDevice Device(IpAddress local) => new(
            OverlayDevice.DefaultVni, OverlayDevice.DefaultPort, local, OverlayMac.Of(self.Name), UnderlayMtu(local) - OverlayDevice.Overhead(local.IsV6));

        private int UnderlayMtu(IpAddress? address) => address is { } held && host.LinkOf(held) is { } link ? link.Mtu : EthernetMtu;

        private Problem Unreachable(ClusterNode peer, IpPrefix range)
        {
            var family = range.IsV6 ? "IPv6" : "IPv4";
            if (peer.Addresses.Count == 0 || self.Addresses.Count == 0)
                return new Problem(peer.ObjectName, "NoRoute", $"pods in {range} get no route: one of the two nodes has no InternalIP in its status");
            return new Problem(peer.ObjectName, "NoRoute", mode == OverlayMode.Direct
                ? $"pods in {range} get no route: the two nodes share no {family} subnet; set overlay to auto or vxlan in {ClusterSettingsParser.ObjectName}, or let the routers between them know the range"
                : $"pods in {range} get no route: the two nodes have no InternalIP of one family");
        }
    }
}
