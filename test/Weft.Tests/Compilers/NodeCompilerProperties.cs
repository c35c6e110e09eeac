using FsCheck;
using FsCheck.Fluent;
using Weft.Model;
using Weft.Model.Nodes;
using Weft.Model.Routes;
using Weft.Node.Drivers;

namespace Weft.Tests.Compilers;

/// <summary>What holds for every cluster, whatever its objects say.</summary>
public sealed class NodeCompilerProperties
{
    [Fact]
    public void The_order_of_objects_changes_nothing() =>
        Prop.ForAll(Pairs(), pair =>
        {
            var (cluster, _) = pair;
            var reversed = cluster with { Cluster = cluster.Cluster with { Nodes = cluster.Cluster.Nodes.Reverse().ToEquatableArray() } };
            Assert.Equal(cluster.Compile(), reversed.Compile());
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_plan_leads_from_any_state_to_any_other() =>
        Prop.ForAll(Pairs(), pair =>
        {
            var (current, desired) = (pair.Item1.Compile().Desired, pair.Item2.Compile().Desired);
            var node = new InMemoryNode(RandomCluster.Self) { State = current };
            Assert.True(node.Apply(NodeDiff.Between(current, desired)).Programmed);
            Assert.Equal(desired with { Cni = desired.Cni ?? current.Cni, Sysctls = node.State.Sysctls }, node.State);
            Assert.Empty(desired.Sysctls.Except(node.State.Sysctls));
            Assert.Empty(NodeDiff.Between(node.State, desired));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_plan_that_was_cut_anywhere_is_finished_from_what_is_read_back() =>
        Prop.ForAll(Pairs(), Gen.Choose(0, 20).ToArbitrary(), (pair, cut) =>
        {
            var (current, desired) = (pair.Item1.Compile().Desired, pair.Item2.Compile().Desired);
            var node = new InMemoryNode(RandomCluster.Self) { State = current };
            node.Apply(NodeDiff.Between(current, desired).Take(cut).ToEquatableArray());
            node.Apply(NodeDiff.Between(node.Read(desired), desired));
            Assert.Empty(NodeDiff.Between(node.Read(desired), desired));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_cni_configuration_comes_after_everything_that_pods_need() =>
        Prop.ForAll(Pairs(), pair =>
        {
            var plan = NodeDiff.Between(NodeState.Empty, pair.Item1.Compile().Desired);
            Assert.DoesNotContain(plan.SkipWhile(step => step is not NodeChange.WriteCni).Skip(1), step => true);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_route_covers_the_nodes_own_network_or_pods() =>
        Prop.ForAll(Pairs(), pair =>
        {
            var desired = pair.Item1.Compile().Desired;
            var own = pair.Item1.Host.Links.SelectMany(link => link.Addresses).Select(address => address.Subnet)
                .Concat(desired.Rules.Select(rule => rule.From!.Value)).ToList();
            Assert.DoesNotContain(desired.Routes, route => route.Table == RouteTable.Main && own.Any(subnet => subnet.Overlaps(route.Destination)));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_overlay_route_has_a_neighbour_and_a_forwarding_entry() =>
        Prop.ForAll(Pairs(), pair =>
        {
            var desired = pair.Item1.Compile().Desired;
            foreach (var route in desired.Routes.Where(route => route.Device == OverlayDevice.Name))
            {
                var neighbour = Assert.Single(desired.Neighbours, entry => entry.Address == route.Gateway);
                Assert.Single(desired.Forwarding, entry => entry.Address == neighbour.HardwareAddress);
                Assert.NotNull(desired.Overlay);
            }
        }).QuickCheckThrowOnFailure();

    private static Arbitrary<(RandomCluster, RandomCluster)> Pairs() =>
        (from first in RandomCluster.Any
         from second in RandomCluster.Any
         select (first, second)).ToArbitrary();
}
