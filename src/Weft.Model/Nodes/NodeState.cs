using Weft.Model.Nftables;
using Weft.Model.Routes;

namespace Weft.Model.Nodes;

/// <summary>Everything that the agent owns on one node: what it wants there, what it applied last, or what it read back.</summary>
/// <remarks>
/// Arrays are sorted and free of duplicates, so that two states compare by value. Devices are named, never numbered.
/// </remarks>
public sealed record NodeState
{
    /// <summary>A node on which nothing of ours exists.</summary>
    public static NodeState Empty { get; } = new();

    /// <summary>Kernel settings that must hold.</summary>
    public EquatableArray<Sysctl> Sysctls { get; init; }

    /// <summary>The device that carries pods to nodes of other subnets; null when every node is reached directly.</summary>
    public OverlayDevice? Overlay { get; init; }

    /// <summary>Which node's address stands behind each hardware address of the overlay.</summary>
    public EquatableArray<ForwardingEntry> Forwarding { get; init; }

    /// <summary>Hardware addresses of the gateways that overlay routes name.</summary>
    public EquatableArray<Neighbour> Neighbours { get; init; }

    /// <summary>Routes to other nodes' pods, and to other nodes in the table of the overlay.</summary>
    public EquatableArray<Route> Routes { get; init; }

    /// <summary>Which sources consult the table of the overlay.</summary>
    public EquatableArray<RoutingRule> Rules { get; init; }

    /// <summary>Our tables, with guards completed (<see cref="NftGuards"/>), as the kernel shows them.</summary>
    public NftRuleset Nftables { get; init; } = NftRuleset.Empty;

    /// <summary>The file that makes a container runtime call our plugins; null leaves whatever is there.</summary>
    public CniFile? Cni { get; init; }
}
