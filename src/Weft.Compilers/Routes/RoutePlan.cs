using Weft.Model;
using Weft.Model.Nodes;
using Weft.Model.Routes;

namespace Weft.Compilers.Routes;

/// <summary>The part of a node's state that makes other nodes' pods reachable.</summary>
public sealed record RoutePlan
{
    /// <summary>The VXLAN device, when a peer needs it.</summary>
    public OverlayDevice? Overlay { get; init; }

    /// <summary>Its forwarding database.</summary>
    public EquatableArray<ForwardingEntry> Forwarding { get; init; }

    /// <summary>Its neighbours.</summary>
    public EquatableArray<Neighbour> Neighbours { get; init; }

    /// <summary>All routes.</summary>
    public EquatableArray<Route> Routes { get; init; }

    /// <summary>All policy routing rules.</summary>
    public EquatableArray<RoutingRule> Rules { get; init; }

    /// <summary>Largest packet that every pod may send, bytes.</summary>
    public int PodMtu { get; init; }

    /// <summary>What keeps a peer from being reached.</summary>
    public EquatableArray<Problem> Problems { get; init; }
}
