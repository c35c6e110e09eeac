namespace Weft.Model.Nodes;

/// <summary>A unicast route of ours.</summary>
/// <param name="Destination">Whom it reaches.</param>
/// <param name="Gateway">The next hop.</param>
/// <param name="Device">Name of the device it leaves by.</param>
/// <param name="OnLink">Whether the gateway is taken as reachable although no subnet of the device holds it.</param>
/// <param name="Source">The address that this node's own packets carry; null lets the kernel choose.</param>
/// <param name="Table">The routing table; <see cref="RouteIds.MainTable"/> or <see cref="RouteIds.OverlayTable"/>.</param>
public sealed record NodeRoute(
    IpPrefix Destination, IpAddress Gateway, string Device, bool OnLink, IpAddress? Source, uint Table = RouteIds.MainTable)
{
    /// <summary>What the kernel takes as the same route: a second one with this key replaces the first.</summary>
    public (uint Table, IpPrefix Destination) Key => (Table, Destination);
}

/// <summary>A policy routing rule of ours: packets from these addresses look into that table before the main one.</summary>
/// <param name="Source">Source addresses of the packets.</param>
/// <param name="Table">The table they consult.</param>
/// <param name="Priority">Place among the rules; the main table stands at 32766.</param>
public sealed record SourceRule(IpPrefix Source, uint Table = RouteIds.OverlayTable, uint Priority = RouteIds.RulePriority);

/// <summary>The numbers by which the kernel keeps our routes apart from everybody else's.</summary>
public static class RouteIds
{
    /// <summary><c>RTPROT_*</c> of every route and rule of ours: ASCII 'W', unassigned in rtnetlink.h and /etc/iproute2/rt_protos.</summary>
    public const byte Protocol = 87;

    /// <summary><c>RT_TABLE_MAIN</c>.</summary>
    public const uint MainTable = 254;

    /// <summary>Holds the addresses of nodes behind the overlay, for packets of our pods only.</summary>
    public const uint OverlayTable = 8787;

    /// <summary>Before the main table (32766), after the local one (0).</summary>
    public const uint RulePriority = 8787;
}
