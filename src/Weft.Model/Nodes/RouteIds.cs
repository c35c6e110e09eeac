using Weft.Model.Routes;

namespace Weft.Model.Nodes;

/// <summary>The numbers by which the kernel keeps our routes and rules apart from everybody else's.</summary>
public static class RouteIds
{
    /// <summary><c>RTPROT_*</c> of every route and rule of ours: ASCII 'W', unassigned in rtnetlink.h and iproute2's rt_protos.</summary>
    public const byte Protocol = 87;

    /// <summary>Holds the addresses of nodes behind the overlay, for packets of our pods only.</summary>
    public const uint OverlayTable = 8787;

    /// <summary>Before the main table (32766), after the local one (0).</summary>
    public const uint RulePriority = 8787;

    /// <summary>A rule of ours: packets of these pods look into <see cref="OverlayTable"/> before the main table.</summary>
    public static RoutingRule OverlayRule(IpPrefix pods) => new()
    {
        IsV6 = pods.IsV6,
        Priority = RulePriority,
        From = pods,
        Table = OverlayTable,
        Protocol = Protocol,
    };
}
