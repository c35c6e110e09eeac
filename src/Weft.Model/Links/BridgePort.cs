namespace Weft.Model.Links;

/// <summary>How a link behaves as a port of a bridge. A null setting in a wish means: as the kernel has it.</summary>
/// <remarks>Source: IFLA_BRPORT_* in linux/if_link.h; bridge-link(8).</remarks>
public sealed record BridgePort
{
    /// <summary>Whether it reaches only ports that are not isolated.</summary>
    public bool? Isolated { get; init; }

    /// <summary>Whether a frame may leave by the port it came in by.</summary>
    public bool? Hairpin { get; init; }

    /// <summary>Whether the bridge answers ARP for neighbours it knows, on behalf of this port.</summary>
    public bool? ProxyArp { get; init; }

    /// <summary>As <see cref="ProxyArp"/>, in the way that wireless access points need.</summary>
    public bool? ProxyArpWifi { get; init; }

    /// <summary>Whether ARP and neighbour discovery are answered from the bridge's own table and not flooded.</summary>
    public bool? NeighbourSuppression { get; init; }

    /// <summary>Whether the bridge learns source addresses here.</summary>
    public bool? Learning { get; init; }

    /// <summary>Whether frames for unknown unicast addresses leave here.</summary>
    public bool? UnicastFlood { get; init; }

    /// <summary>Whether frames for unknown multicast addresses leave here.</summary>
    public bool? MulticastFlood { get; init; }

    /// <summary>Whether broadcasts leave here.</summary>
    public bool? BroadcastFlood { get; init; }

    /// <summary>Whether only source addresses of the forwarding table may send here.</summary>
    public bool? Locked { get; init; }

    /// <summary>Whether a port that is as <paramref name="actual"/> says fulfils this wish.</summary>
    public bool IsMetBy(BridgePort? actual) => actual is not null && actual == actual.With(this);

    /// <summary>This port after <paramref name="wish"/> was applied to it.</summary>
    public BridgePort With(BridgePort wish) => new()
    {
        Isolated = wish.Isolated ?? Isolated,
        Hairpin = wish.Hairpin ?? Hairpin,
        ProxyArp = wish.ProxyArp ?? ProxyArp,
        ProxyArpWifi = wish.ProxyArpWifi ?? ProxyArpWifi,
        NeighbourSuppression = wish.NeighbourSuppression ?? NeighbourSuppression,
        Learning = wish.Learning ?? Learning,
        UnicastFlood = wish.UnicastFlood ?? UnicastFlood,
        MulticastFlood = wish.MulticastFlood ?? MulticastFlood,
        BroadcastFlood = wish.BroadcastFlood ?? BroadcastFlood,
        Locked = wish.Locked ?? Locked,
    };
}
