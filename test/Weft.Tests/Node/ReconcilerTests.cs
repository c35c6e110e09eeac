using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Nodes;
using Weft.Node;
using Weft.Node.Drivers;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Tests.Node;

/// <summary>The agent's turn on a node in memory.</summary>
public sealed class ReconcilerTests
{
    private static readonly HostView Host = new()
    {
        Links = [new HostLink("eth0", 1500, [new HostAddress(IpAddress.Parse("172.30.0.1"), 24)])],
    };

    private readonly InMemoryNode _node = new("n1");

    [Fact]
    public void A_second_turn_has_nothing_to_do()
    {
        var agent = new Reconciler("n1", _node);
        Assert.NotEmpty(agent.Turn(Cluster(), Host).Plan);
        Assert.Empty(agent.Turn(Cluster(), Host).Plan);
        Assert.False(agent.IsUnknown);
    }

    [Fact]
    public void A_refused_step_is_reported_holds_back_the_configuration_and_is_tried_again()
    {
        var agent = new Reconciler("n1", _node);
        _node.Refuse = change => change is NodeChange.ProgramNftables ? "no nf_tables" : null;
        var failed = agent.Turn(Cluster(), Host);
        Assert.Equal("no nf_tables", failed.Unserved!.Message);
        Assert.True(agent.IsUnknown);
        Assert.Null(_node.State.Cni);

        _node.Refuse = _ => null;
        var repeated = agent.Turn(Cluster(), Host);
        Assert.Null(repeated.Unserved);
        Assert.Equal([typeof(NodeChange.ProgramNftables), typeof(NodeChange.WriteCni)], repeated.Plan.Select(step => step.GetType()));
    }

    [Fact]
    public void Drift_is_told_apart_from_a_change_of_objects()
    {
        var agent = new Reconciler("n1", _node);
        Assert.False(agent.Turn(Cluster(), Host).Drift);
        _node.State = _node.State with { Routes = [] };
        agent.Doubt();
        Assert.True(agent.Turn(Cluster(), Host).Drift);
        agent.Doubt();
        Assert.False(agent.Turn(Cluster("10.244.9.0/24"), Host).Drift);
    }

    [Fact]
    public void A_bad_configuration_keeps_the_one_in_place_and_the_node_in_service()
    {
        var agent = new Reconciler("n1", _node);
        agent.Turn(Cluster(), Host);
        var before = _node.State.Cni;
        var settings = new ConfigMap { Data = StringMap.Of(("cni-conf", "{")) };
        var result = agent.Turn(Cluster() with { Configuration = settings }, Host);
        Assert.Equal("InvalidCniConf", Assert.Single(result.Problems).Reason);
        Assert.Null(result.Unserved);
        Assert.Equal(before, _node.State.Cni);
    }

    [Theory]
    [InlineData(null, "PodCIDRMissing")]
    [InlineData("10.244.2.0/31", "PodCIDRMissing")]
    [InlineData("10.244.1.0/25", "PodCIDRMissing")]
    public void A_node_without_a_usable_range_is_unserved_and_its_peers_are_still_reached(string? range, string reason)
    {
        var result = new Reconciler("n2", _node).Turn(Cluster(range), Host with { Links = [new HostLink("eth0", 1500, [new HostAddress(IpAddress.Parse("172.30.0.2"), 24)])] });
        Assert.Equal(reason, result.Unserved!.Reason);
        Assert.Equal(IpPrefix.Parse("10.244.1.0/24"), Assert.Single(_node.State.Routes).Destination);
        Assert.Null(_node.State.Cni);
    }

    private static ClusterSnapshot Cluster(string? second = "10.244.2.0/24") => new() { Nodes = [Node(1, "10.244.1.0/24"), Node(2, second)] };

    private static KubeNode Node(int number, string? range) => new()
    {
        Metadata = new() { Name = $"n{number}", CreationTimestamp = DateTimeOffset.UnixEpoch.AddDays(number) },
        Spec = new() { PodCIDRs = range is null ? [] : [range] },
        Status = new() { Addresses = [new NodeAddress("InternalIP", $"172.30.0.{number}")] },
    };
}
