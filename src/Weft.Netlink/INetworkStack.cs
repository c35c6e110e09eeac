using Weft.Model;
using Weft.Model.Links;
using Weft.Model.Routes;

namespace Weft.Netlink;

/// <summary>Links, addresses, routes, rules and neighbours of one network namespace: the kernel's, or those of the fake beside it.</summary>
/// <remarks>
/// Links go by name; numbers are the kernel's business. Lists are one consistent picture and in the kernel's order. Making what is
/// there fails with <see cref="NetlinkException.AlreadyExists"/>; deleting what is not there returns false; naming a link that is not
/// there fails with <see cref="NetlinkException.NotFound"/>.
/// </remarks>
public interface INetworkStack : IDisposable
{
    /// <summary>All links.</summary>
    IReadOnlyList<Link> Links();

    /// <summary>One link, or null.</summary>
    Link? FindLink(string name);

    /// <summary>Makes a link; nothing stays behind when a part of the wish is refused.</summary>
    void CreateLink(LinkSpec spec);

    /// <summary>Makes a virtual cable, its far end straight in <paramref name="peer"/>'s namespace (null: here too).</summary>
    void CreateVeth(VethSpec spec, INetworkStack? peer = null);

    /// <summary>Changes a link.</summary>
    void ChangeLink(string name, LinkChange change);

    /// <summary>Moves a link into another namespace, where it is down and has lost its addresses.</summary>
    void MoveLink(string name, INetworkStack target, string? newName = null);

    /// <summary>Deletes a link, and with a veth its other end.</summary>
    bool DeleteLink(string name);

    /// <summary>Addresses of one link or of all.</summary>
    IReadOnlyList<InterfaceAddress> Addresses(string? device = null);

    /// <summary>Adds an address.</summary>
    void AddAddress(InterfaceAddress address);

    /// <summary>Adds an address, or changes the one that is there.</summary>
    void ReplaceAddress(InterfaceAddress address);

    /// <summary>Deletes an address.</summary>
    bool DeleteAddress(InterfaceAddress address);

    /// <summary>Routes that the filter selects; null is all of both families and every table.</summary>
    IReadOnlyList<Route> Routes(RouteFilter? filter = null);

    /// <summary>The way that a packet to <paramref name="destination"/> would take.</summary>
    /// <exception cref="NetlinkException">ENETUNREACH, EHOSTUNREACH, EACCES, EINVAL: none, or a route that discards.</exception>
    Route Resolve(IpAddress destination);

    /// <summary>Adds a route.</summary>
    void AddRoute(Route route);

    /// <summary>Adds a route, or puts it in the place of the one with its <see cref="Route.Key"/>.</summary>
    void ReplaceRoute(Route route);

    /// <summary>Deletes a route.</summary>
    bool DeleteRoute(Route route);

    /// <summary>Rules of both families.</summary>
    IReadOnlyList<RoutingRule> Rules();

    /// <summary>Adds a rule.</summary>
    void AddRule(RoutingRule rule);

    /// <summary>Deletes a rule.</summary>
    bool DeleteRule(RoutingRule rule);

    /// <summary>Neighbours of one link or of all, proxy entries included.</summary>
    IReadOnlyList<Neighbour> Neighbours(string? device = null);

    /// <summary>Adds a neighbour or proxy entry, or changes the one that is there.</summary>
    void ReplaceNeighbour(Neighbour neighbour);

    /// <summary>Deletes a neighbour or proxy entry.</summary>
    bool DeleteNeighbour(Neighbour neighbour);

    /// <summary>Forwarding entries of one bridge port or VXLAN link, or of all.</summary>
    IReadOnlyList<ForwardingEntry> Forwarding(string? device = null);

    /// <summary>Adds an entry, or replaces the one for its hardware address.</summary>
    void ReplaceForwarding(ForwardingEntry entry);

    /// <summary>VXLAN: adds one more destination for a hardware address (all zeros: where unknown ones go).</summary>
    void AppendForwarding(ForwardingEntry entry);

    /// <summary>Deletes an entry; for a VXLAN the one with its destination.</summary>
    bool DeleteForwarding(ForwardingEntry entry);

    /// <summary>
    /// Changes from now on, until cancelled. The first item is a <see cref="NetworkChange.Resync"/> once listening has begun, so that a
    /// reader who lists on each of them misses nothing.
    /// </summary>
    IAsyncEnumerable<NetworkChange> WatchAsync(NetworkTopics topics, CancellationToken cancellation);
}
