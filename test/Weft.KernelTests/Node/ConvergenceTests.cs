using Weft.Model;
using Weft.Model.Nodes;
using Weft.Model.Routes;
using Weft.Node;
using Weft.Node.Drivers;

namespace Weft.KernelTests.Node;

/// <summary>The agent comes back to the desired state from wherever it finds itself.</summary>
public sealed class ConvergenceTests
{
    [Fact]
    public void A_restart_adopts_what_it_finds()
    {
        using var cluster = new TestCluster("ptp", "auto", 0, 0, 1);
        cluster.Program();
        foreach (var node in cluster.Nodes)
        {
            node.Agent = new Reconciler(node.Name, node.Driver);
            Assert.Empty(node.Turn(cluster.Objects).Plan);
        }
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("vxlan")]
    public async Task An_agent_killed_between_any_two_steps_is_finished_by_the_next(string overlay)
    {
        for (var killedAfter = 0; killedAfter < 14; killedAfter++)
        {
            using var cluster = new TestCluster("ptp", overlay, 0, 1);
            foreach (var node in cluster.Nodes)
                new Reconciler(node.Name, new DyingDriver(node.Driver, killedAfter)).Turn(cluster.Objects, node.Host);
            await cluster.WithPodsAsync(1);
            var (client, server) = (cluster.Nodes[0].Pods[0], cluster.Nodes[1].Pods[0]);
            Assert.Equal(client.Addresses[0], Packet.SourceSeen(client.Namespace, server.Namespace, server.Addresses[0]));
        }
    }

    [Fact]
    public void What_others_delete_is_put_back()
    {
        using var cluster = new TestCluster("ptp", "auto", 0, 0, 1);
        cluster.Program();
        var node = cluster.Nodes[0];
        Action[] faults =
        [
            () => node.Stack.DeleteRoute(node.Driver.Read(NodeState.Empty).Routes[0]),
            () => node.Stack.DeleteRule(node.Driver.Read(NodeState.Empty).Rules[0]),
            () => node.Stack.DeleteLink(OverlayDevice.Name),
            () => node.Stack.ChangeLink(OverlayDevice.Name, new() { Up = false }),
            () => node.Stack.ChangeLink(OverlayDevice.Name, new() { Mtu = 1200 }),
            () => node.Stack.DeleteNeighbour(node.Driver.Read(NodeState.Empty).Neighbours[0]),
            () => node.Stack.DeleteForwarding(node.Driver.Read(NodeState.Empty).Forwarding[0]),
            () => node.Filter.Apply(Model.Nftables.NftDiff.Between(node.Filter.ReadBack(NodeTables.All), Model.Nftables.NftRuleset.Empty)),
        ];
        foreach (var fault in faults)
        {
            fault();
            node.Agent.Doubt();
            var repair = node.Turn(cluster.Objects);
            Assert.True(repair.Drift);
            Assert.Empty(repair.Problems);
            node.Agent.Doubt();
            Assert.Empty(node.Turn(cluster.Objects).Plan);
        }
    }

    [Fact]
    public void What_no_object_asks_for_any_more_is_removed()
    {
        using var cluster = new TestCluster("ptp", "vxlan", 0, 1);
        cluster.Program();
        var node = cluster.Nodes[0];
        Assert.NotNull(node.Stack.FindLink(OverlayDevice.Name));
        var alone = cluster.Objects with { Nodes = cluster.Objects.Nodes.Where(other => other.Metadata.Name == node.Name).ToEquatableArray() };
        Assert.Empty(node.Turn(alone).Problems);
        Assert.Null(node.Stack.FindLink(OverlayDevice.Name));
        Assert.Empty(node.Stack.Routes(new() { Protocol = RouteIds.Protocol }));
        Assert.DoesNotContain(node.Stack.Rules(), rule => rule.Protocol == RouteIds.Protocol);
    }

    [Fact]
    public void A_route_of_somebody_else_stays_and_is_reported()
    {
        using var cluster = new TestCluster("ptp", "auto", 0, 0);
        var node = cluster.Nodes[0];
        var foreign = new Route(cluster.Nodes[1].PodRanges[0]) { Gateway = Underlay.V4(0, 1), Device = "eth0", Protocol = RouteProtocol.Static };
        node.Stack.AddRoute(foreign);
        var result = node.Turn(cluster.Objects);
        Assert.Equal("RouteTaken", Assert.Single(result.Problems).Reason);
        Assert.Contains(foreign, node.Stack.Routes(new() { Protocol = RouteProtocol.Static }));
        node.Stack.DeleteRoute(foreign);
        Assert.Empty(node.Turn(cluster.Objects).Problems);
        Assert.Contains(node.Stack.Routes(new() { Protocol = RouteIds.Protocol }), route => route.Destination == foreign.Destination);
    }

    [Fact]
    public void The_node_gets_its_configuration_only_when_its_network_is_programmed()
    {
        using var cluster = new TestCluster("ptp", "auto", 0, 0);
        var node = cluster.Nodes[0];
        new Reconciler(node.Name, new DyingDriver(node.Driver, 2)).Turn(cluster.Objects, node.Host);
        Assert.Null(node.Configuration);
        cluster.Program();
        Assert.NotNull(node.Configuration);
    }

    /// <summary>Applies so many steps and not one more, as a kill would have it.</summary>
    private sealed class DyingDriver(INodeDriver driver, int steps) : INodeDriver
    {
        public NodeState Read(NodeState desired) => driver.Read(desired);

        public ApplyOutcome Apply(EquatableArray<NodeChange> plan) => driver.Apply(plan.Take(steps).ToEquatableArray());
    }
}
