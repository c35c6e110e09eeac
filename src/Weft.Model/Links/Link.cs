namespace Weft.Model.Links;

/// <summary>A link as it is.</summary>
public sealed record Link
{
    /// <summary>Its number, unique in its network namespace.</summary>
    public required int Index { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its sort; null for hardware and for the loopback.</summary>
    public LinkKind? Kind { get; init; }

    /// <summary>Whether it is switched on (IFF_UP).</summary>
    public bool Up { get; init; }

    /// <summary>Whether the other end is there too (IFF_LOWER_UP).</summary>
    public bool Carrier { get; init; }

    /// <summary>Whether it is the loopback.</summary>
    public bool IsLoopback { get; init; }

    /// <summary>Whether it takes frames for everybody (IFF_PROMISC or a bridge's doing).</summary>
    public bool Promiscuous { get; init; }

    /// <summary>The state by RFC 2863.</summary>
    public LinkState State { get; init; }

    /// <summary>Bytes of the largest packet.</summary>
    public int Mtu { get; init; }

    /// <summary>The hardware address, where it has one of Ethernet's length.</summary>
    public MacAddress? Address { get; init; }

    /// <summary>The bridge that it is a port of.</summary>
    public string? Master { get; init; }

    /// <summary>Its settings as a port of a bridge.</summary>
    public BridgePort? Port { get; init; }

    /// <summary>The number of the other end of a veth, or of the link below a tunnel, in <see cref="PeerNamespace"/>.</summary>
    public int? PeerIndex { get; init; }

    /// <summary>The local identifier (nsid) of the network namespace that <see cref="PeerIndex"/> counts in; null when it is the same one.</summary>
    public int? PeerNamespace { get; init; }
}

/// <summary>IF_OPER_* of linux/if.h.</summary>
public enum LinkState
{
    Unknown = 0,
    NotPresent = 1,
    Down = 2,
    LowerLayerDown = 3,
    Testing = 4,
    Dormant = 5,
    Up = 6,
}
