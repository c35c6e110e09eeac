namespace Weft.Model.Links;

/// <summary>What sort of link one is, with the settings of that sort. A null setting in a wish means: as the kernel has it.</summary>
public abstract record LinkKind
{
    /// <summary>The kernel's word for it (IFLA_INFO_KIND).</summary>
    public abstract string Name { get; }

    /// <summary>Whether a link that is as <paramref name="actual"/> says fulfils this wish.</summary>
    public abstract bool IsMetBy(LinkKind? actual);

    /// <summary>Whether a wish for one setting is met.</summary>
    private protected static bool Met<T>(T? wanted, T? actual)
        where T : struct => wanted is null || EqualityComparer<T?>.Default.Equals(wanted, actual);
}

/// <summary>One end of a virtual cable. Its other end may be in another network namespace.</summary>
public sealed record VethKind : LinkKind
{
    /// <inheritdoc/>
    public override string Name => "veth";

    /// <inheritdoc/>
    public override bool IsMetBy(LinkKind? actual) => actual is VethKind;
}

/// <summary>An Ethernet switch in the kernel.</summary>
public sealed record BridgeKind : LinkKind
{
    /// <inheritdoc/>
    public override string Name => "bridge";

    /// <summary>Whether it keeps VLANs apart (IFLA_BR_VLAN_FILTERING).</summary>
    public bool? VlanFiltering { get; init; }

    /// <summary>The VLAN of untagged frames (IFLA_BR_VLAN_DEFAULT_PVID).</summary>
    public ushort? DefaultPvid { get; init; }

    /// <summary>Whether it speaks the spanning tree protocol (IFLA_BR_STP_STATE).</summary>
    public bool? SpanningTree { get; init; }

    /// <summary>Whether it forwards multicast to listeners only (IFLA_BR_MCAST_SNOOPING).</summary>
    public bool? MulticastSnooping { get; init; }

    /// <summary>Hundredths of a second that a port listens before it forwards (IFLA_BR_FORWARD_DELAY).</summary>
    public uint? ForwardDelay { get; init; }

    /// <summary>Hundredths of a second after which a learned address is forgotten (IFLA_BR_AGEING_TIME).</summary>
    public uint? AgeingTime { get; init; }

    /// <inheritdoc/>
    public override bool IsMetBy(LinkKind? actual) => actual is BridgeKind bridge
        && Met(VlanFiltering, bridge.VlanFiltering)
        && Met(DefaultPvid, bridge.DefaultPvid)
        && Met(SpanningTree, bridge.SpanningTree)
        && Met(MulticastSnooping, bridge.MulticastSnooping)
        && Met(ForwardDelay, bridge.ForwardDelay)
        && Met(AgeingTime, bridge.AgeingTime);
}

/// <summary>A tunnel of Ethernet frames in UDP (RFC 7348).</summary>
public sealed record VxlanKind : LinkKind
{
    /// <inheritdoc/>
    public override string Name => "vxlan";

    /// <summary>The network identifier, 24 bits.</summary>
    public required uint Vni { get; init; }

    /// <summary>The UDP port; the default is IANA's (the kernel's own default is 8472).</summary>
    public ushort Port { get; init; } = 4789;

    /// <summary>The source address of the outer packets.</summary>
    public IpAddress? Local { get; init; }

    /// <summary>Where frames for unknown addresses go: one remote, or a multicast group.</summary>
    public IpAddress? Remote { get; init; }

    /// <summary>The link that carries the outer packets.</summary>
    public string? Underlay { get; init; }

    /// <summary>Whether it learns addresses from what arrives; off where all of them are configured.</summary>
    public bool? Learning { get; init; }

    /// <summary>Whether IPv4 outer packets have a UDP checksum.</summary>
    public bool? UdpChecksum { get; init; }

    /// <summary>The time to live of outer packets; 0 inherits.</summary>
    public byte? Ttl { get; init; }

    /// <inheritdoc/>
    public override bool IsMetBy(LinkKind? actual) => actual is VxlanKind vxlan
        && Vni == vxlan.Vni
        && Port == vxlan.Port
        && Met(Local, vxlan.Local)
        && Met(Remote, vxlan.Remote)
        && (Underlay is null || string.Equals(Underlay, vxlan.Underlay, StringComparison.Ordinal))
        && Met(Learning, vxlan.Learning)
        && Met(UdpChecksum, vxlan.UdpChecksum)
        && Met(Ttl, vxlan.Ttl);
}

/// <summary>A kind without settings of its own here, such as <c>dummy</c>, or one that this library only lists.</summary>
/// <param name="Name">The kernel's word for it.</param>
public sealed record PlainKind(string Name) : LinkKind
{
    /// <inheritdoc/>
    public override string Name { get; } = Name;

    /// <inheritdoc/>
    public override bool IsMetBy(LinkKind? actual) => actual is PlainKind plain && string.Equals(Name, plain.Name, StringComparison.Ordinal);
}
