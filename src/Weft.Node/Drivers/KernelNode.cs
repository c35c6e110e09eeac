using System.Collections.Immutable;
using Weft.Model;
using Weft.Model.Nodes;
using Weft.Model.Routes;
using Weft.Netlink;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;

namespace Weft.Node.Drivers;

/// <summary>The node as the kernel has it: the real driver beside <see cref="InMemoryNode"/>.</summary>
/// <param name="nodeName">Whose problems it reports.</param>
/// <param name="network">Links and routes of the node's network namespace.</param>
/// <param name="filter">Its packet filter.</param>
/// <param name="sysctls">Its sysctls.</param>
/// <param name="cni">The folder of the CNI configuration.</param>
public sealed class KernelNode(string nodeName, INetworkStack network, INftablesDriver filter, ISysctls sysctls, CniFolder cni) : INodeDriver
{
    private static readonly RouteFilter OurRoutes = new() { Protocol = RouteIds.Protocol };

    /// <inheritdoc/>
    public NodeState Read(NodeState desired)
    {
        var overlay = OverlayLink.Read(network);
        return new NodeState
        {
            Sysctls = desired.Sysctls.Where(wanted => sysctls.Read(wanted.Path) == wanted.Value).ToEquatableArray(),
            Overlay = overlay,
            Forwarding = overlay is null ? [] : network.Forwarding(OverlayDevice.Name).Where(IsOurs).OrderBy(entry => entry.Address.Value).ToEquatableArray(),
            Neighbours = overlay is null ? [] : network.Neighbours(OverlayDevice.Name).Where(IsOurs).OrderBy(entry => entry.Address).ToEquatableArray(),
            Routes = network.Routes(OurRoutes).OrderBy(route => route.Table).ThenBy(route => route.Destination).ToEquatableArray(),
            Rules = network.Rules().Where(rule => rule.Protocol == RouteIds.Protocol).OrderBy(rule => rule.From).ToEquatableArray(),
            Nftables = filter.ReadBack(NodeTables.All).Ruleset,
            Cni = cni.Read(),
        };
    }

    /// <inheritdoc/>
    public ApplyOutcome Apply(EquatableArray<NodeChange> plan)
    {
        var problems = ImmutableArray.CreateBuilder<Problem>();
        var programmed = true;
        foreach (var change in plan)
        {
            // Pods may only come once their network is there.
            if (change is NodeChange.WriteCni && !programmed)
                continue;
            try
            {
                if (Step(change) is not { } problem)
                    continue;
                problems.Add(problem);
                programmed &= !StepProblems.Withholds(change);
            }
            catch (Exception e) when (e is NetlinkException or NftException or IOException or UnauthorizedAccessException)
            {
                problems.Add(StepProblems.Explain(nodeName, change, e));
                programmed = false;
            }
        }

        return new ApplyOutcome(programmed, problems.DrainToImmutable());
    }

    /// <summary>Does one step; returns what stands in its way without being a failure of the kernel.</summary>
    private Problem? Step(NodeChange change)
    {
        switch (change)
        {
            case NodeChange.SetSysctl step:
                return SetSysctl(step.Sysctl);
            case NodeChange.BuildOverlay step:
                network.DeleteLink(OverlayDevice.Name);
                network.CreateLink(OverlayLink.Spec(step.Device));
                break;
            case NodeChange.AdjustOverlay step:
                network.ChangeLink(OverlayDevice.Name, OverlayLink.Change(step.Device));
                break;
            case NodeChange.RemoveOverlay:
                network.DeleteLink(OverlayDevice.Name);
                break;
            case NodeChange.PutForwarding step:
                network.ReplaceForwarding(step.Entry);
                break;
            case NodeChange.RemoveForwarding step:
                network.DeleteForwarding(step.Entry);
                break;
            case NodeChange.PutNeighbour step:
                network.ReplaceNeighbour(step.Entry);
                break;
            case NodeChange.RemoveNeighbour step:
                network.DeleteNeighbour(step.Entry);
                break;
            case NodeChange.PutRoute step:
                return PutRoute(step.Route, step.Replaces);
            case NodeChange.RemoveRoute step:
                network.DeleteRoute(step.Route);
                break;
            case NodeChange.AddRule step:
                AddRule(step.Rule);
                break;
            case NodeChange.RemoveRule step:
                network.DeleteRule(step.Rule);
                break;
            case NodeChange.ProgramNftables step:
                filter.Apply(step.Batch);
                break;
            case NodeChange.WriteCni step:
                cni.Write(step.File);
                break;
        }

        return null;
    }

    private Problem? SetSysctl(Sysctl sysctl)
    {
        var report = sysctls.Apply([sysctl])[0];
        return report.Holds ? null : StepProblems.NotSet(nodeName, report);
    }

    /// <summary>A replace would also take the place of a route that is not ours, the network's own among them: so only ours is replaced.</summary>
    private Problem? PutRoute(Route route, bool replaces)
    {
        try
        {
            if (replaces)
                network.ReplaceRoute(route);
            else
                network.AddRoute(route);
            return null;
        }
        catch (NetlinkException e) when (e.AlreadyExists)
        {
            var present = network.Routes(new RouteFilter { Table = route.Table, IsV6 = route.Destination.IsV6 }).Where(other => other.Key == route.Key).ToList();
            if (present.Find(other => other.Protocol != RouteIds.Protocol) is { } foreign)
                return StepProblems.Taken(nodeName, route, foreign);
            network.ReplaceRoute(route);
            return null;
        }
    }

    private void AddRule(RoutingRule rule)
    {
        try
        {
            network.AddRule(rule);
        }
        catch (NetlinkException e) when (e.AlreadyExists)
        {
            // Made by an agent that ended before it could note so.
        }
    }

    private static bool IsOurs(ForwardingEntry entry) => entry.Static && entry.Destination is not null;

    private static bool IsOurs(Neighbour neighbour) => neighbour is { State: NeighbourState.Permanent, Proxy: false };
}
