namespace Weft.Model.Nodes;

/// <summary>One step of a plan. Drivers make each idempotent: what is there already, or gone already, is no error.</summary>
public abstract record NodeChange
{
    private NodeChange()
    {
    }

    /// <summary>Write a kernel setting.</summary>
    public sealed record SetSysctl(Sysctl Sysctl) : NodeChange;

    /// <summary>Make the overlay device; one of that name that stands already is deleted first.</summary>
    public sealed record BuildOverlay(OverlayDevice Device) : NodeChange;

    /// <summary>Give the overlay device another MTU or hardware address and see that it is up.</summary>
    public sealed record AdjustOverlay(OverlayDevice Device) : NodeChange;

    /// <summary>Delete the overlay device and with it all that hangs on it.</summary>
    public sealed record RemoveOverlay : NodeChange;

    /// <summary>Add or replace an entry of the overlay's forwarding database.</summary>
    public sealed record PutForwarding(OverlayForwarding Entry) : NodeChange;

    /// <summary>Delete one.</summary>
    public sealed record RemoveForwarding(OverlayForwarding Entry) : NodeChange;

    /// <summary>Add or replace a static neighbour on the overlay.</summary>
    public sealed record PutNeighbour(OverlayNeighbour Entry) : NodeChange;

    /// <summary>Delete one.</summary>
    public sealed record RemoveNeighbour(OverlayNeighbour Entry) : NodeChange;

    /// <summary>Add a route, or replace ours to the same destination in the same table.</summary>
    public sealed record PutRoute(NodeRoute Route) : NodeChange;

    /// <summary>Delete a route.</summary>
    public sealed record RemoveRoute(NodeRoute Route) : NodeChange;

    /// <summary>Add a policy routing rule.</summary>
    public sealed record AddRule(SourceRule Rule) : NodeChange;

    /// <summary>Delete one.</summary>
    public sealed record RemoveRule(SourceRule Rule) : NodeChange;

    /// <summary>Put the CNI configuration where the container runtime looks.</summary>
    public sealed record WriteCni(CniFile File) : NodeChange;
}
