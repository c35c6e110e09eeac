using Weft.Model;
using Weft.Model.Links;
using Weft.Netlink;

namespace Weft.Node.Announcing;

/// <summary>On which link an address is announced: one whose subnet it lies in, else the one that the node is reached by.</summary>
internal static class LinkChoice
{
    /// <summary>Chooses for several addresses; those without a link are left out.</summary>
    /// <param name="addresses">The addresses.</param>
    /// <param name="own">The node's own addresses in the cluster (InternalIP).</param>
    /// <param name="network">The kernel.</param>
    /// <exception cref="NetlinkException">The kernel refuses to tell.</exception>
    public static EquatableArray<AnnouncedAddress> Choose(IReadOnlyCollection<IpAddress> addresses, EquatableArray<IpAddress> own, INetworkStack network)
    {
        if (addresses.Count == 0)
            return [];
        var links = network.Links().Where(link => link is { Up: true, IsLoopback: false, Address: not null }).ToDictionary(link => link.Name, StringComparer.Ordinal);
        var held = network.Addresses().Where(address => links.ContainsKey(address.Device)).ToList();
        return addresses.Order().Select(address => Choose(address, own, links, held)).OfType<AnnouncedAddress>().ToEquatableArray();
    }

    private static AnnouncedAddress? Choose(IpAddress address, EquatableArray<IpAddress> own, Dictionary<string, Link> links, List<InterfaceAddress> held)
    {
        var place = held
            .Where(candidate => candidate.Address.IsV6 == address.IsV6 && !candidate.Address.IsLinkLocal)
            .Where(candidate => own.Contains(candidate.Address) || IsNear(candidate, address))
            .OrderByDescending(candidate => IsNear(candidate, address))
            .ThenByDescending(candidate => own.Contains(candidate.Address))
            .ThenBy(candidate => links[candidate.Device].Index)
            .ThenBy(candidate => candidate.Address)
            .FirstOrDefault();
        if (place is null)
            return null;
        var link = links[place.Device];
        return new AnnouncedAddress(address, new AnnouncedLink(link.Index, link.Name, link.Address!.Value), place.Address);
    }

    private static bool IsNear(InterfaceAddress held, IpAddress address) => new IpPrefix(held.Address, held.PrefixLength).Contains(address);
}
