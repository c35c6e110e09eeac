using Weft.Model.Nftables;
using Weft.Model.Routes;

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
    public sealed record PutForwarding(ForwardingEntry Entry) : NodeChange;

    /// <summary>Delete one.</summary>
    public sealed record RemoveForwarding(ForwardingEntry Entry) : NodeChange;

    /// <summary>Add or replace a static neighbour on the overlay.</summary>
    public sealed record PutNeighbour(Neighbour Entry) : NodeChange;

    /// <summary>Delete one.</summary>
    public sealed record RemoveNeighbour(Neighbour Entry) : NodeChange;

    /// <summary>Add a route, or put it in the place of ours to the same destination (<paramref name="Replaces"/>).</summary>
    public sealed record PutRoute(Route Route, bool Replaces) : NodeChange;

    /// <summary>Delete a route.</summary>
    public sealed record RemoveRoute(Route Route) : NodeChange;

    /// <summary>Add a policy routing rule.</summary>
    public sealed record AddRule(RoutingRule Rule) : NodeChange;

    /// <summary>Delete one.</summary>
    public sealed record RemoveRule(RoutingRule Rule) : NodeChange;

    /// <summary>Bring our tables to <paramref name="Ruleset"/>, all or nothing.</summary>
    public sealed record ProgramNftables(NftRuleset Ruleset, NftBatch Batch) : NodeChange
    {
        /// <summary>What is done first, as a ruleset is too long for a line.</summary>
        public override string ToString() => Batch.IsEmpty ? "nothing" : $"{Batch.Operations[0].Describe()} ({Batch.Operations.Count} operations)";
    }

    /// <summary>Put the CNI configuration where the container runtime looks.</summary>
    public sealed record WriteCni(CniFile File) : NodeChange;
}
