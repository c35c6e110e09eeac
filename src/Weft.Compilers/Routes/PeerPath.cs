using Weft.Compilers.Clusters;
using Weft.Model;
using Weft.Model.Nodes;

namespace Weft.Compilers.Routes;

/// <summary>How this node reaches one range of another node's pods.</summary>
public enum PeerPath
{
    /// <summary>By a route through the other node's address.</summary>
    Direct,

    /// <summary>Through the VXLAN device.</summary>
    Overlay,

    /// <summary>By whatever the network between the nodes does: no route of ours.</summary>
    Unrouted,
}

/// <summary>Decides it. Two nodes come to the same answer about each other as long as they agree on the subnet between them.</summary>
internal static class PeerPaths
{
    /// <summary>
    /// Direct when the mode allows it and both nodes hold an address of the range's family in one subnet; else the overlay, when the mode
    /// allows it and both hold an address of the underlay's family.
    /// </summary>
    public static PeerPath Choose(OverlayMode mode, ClusterNode self, ClusterNode peer, HostView host, bool v6)
    {
        if (mode != OverlayMode.Vxlan && Neighbours(self, peer, host, v6))
            return PeerPath.Direct;
        return mode != OverlayMode.Direct && Underlay(self) is { } local && peer.Address(local.IsV6) is not null
            ? PeerPath.Overlay
            : PeerPath.Unrouted;
    }

    /// <summary>The address that outer packets leave from: the primary InternalIP.</summary>
    public static IpAddress? Underlay(ClusterNode self) => self.Addresses.Count == 0 ? null : self.Addresses[0];

    private static bool Neighbours(ClusterNode self, ClusterNode peer, HostView host, bool v6) =>
        self.Address(v6) is { } mine && peer.Address(v6) is { } theirs && host.LinkOf(mine) is { } link && link.Reaches(theirs);
}
