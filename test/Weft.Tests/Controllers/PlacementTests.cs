using FsCheck;
using FsCheck.Fluent;
using Weft.Kubernetes;
using Weft.Lab.Controllers;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Tests.Controllers;

public sealed class PlacementTests
{
    [Fact]
    public void Pods_are_spread_evenly_whatever_their_number() =>
        Prop.ForAll(Arb.From(Gen.Zip(Gen.Choose(1, 7), Gen.Choose(0, 40))), pair =>
        {
            var nodes = Enumerable.Range(0, pair.Item1).Select(i => Node($"n{i}")).ToList();
            var placement = new Placement(nodes, []);
            var counts = Enumerable.Range(0, pair.Item2).Select(i => placement.Place(Pod($"p{i}"), out _)!).CountBy(name => name).Select(entry => entry.Value).ToList();
            return counts.Count == Math.Min(pair.Item1, pair.Item2) && (counts.Count == 0 || counts.Max() - counts.Min() <= 1);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Pods_of_one_owner_are_kept_apart_even_on_a_fuller_node()
    {
        var mine = Owned("a", "u1");
        Pod[] there = [Bound(mine, "n1"), Bound(Pod("x"), "n2"), Bound(Pod("y"), "n2")];
        Assert.Equal("n2", new Placement([Node("n1"), Node("n2")], there).Place(Owned("b", "u1"), out _));
    }

    [Fact]
    public void Without_nodes_the_message_is_the_schedulers()
    {
        Assert.Null(new Placement([], []).Place(Pod("a"), out var why));
        Assert.Equal("no nodes available to schedule pods", why);
    }

    [Fact]
    public void Every_reason_is_counted_and_told()
    {
        KubeNode[] nodes =
        [
            Node("a") with { Spec = new() { Unschedulable = true } },
            Node("b") with { Spec = new() { Taints = [new() { Key = "dedicated", Value = "db", Effect = "NoSchedule" }] } },
            Node("c", ready: "False"),
            Node("d", ready: "Unknown"),
            Node("e") with { Status = Node("e").Status with { Allocatable = StringMap.Of(("cpu", "500m"), ("pods", "0")) } },
            Node("f", labels: StringMap.Of(("disk", "hdd"))),
        ];
        var pod = Pod("p") with
        {
            Spec = new() { NodeSelector = StringMap.Of(("disk", "ssd")), Containers = [new() { Resources = new() { Requests = StringMap.Of(("cpu", "1")) } }] },
        };
        nodes[4] = nodes[4] with { Metadata = nodes[4].Metadata with { Labels = StringMap.Of(("disk", "ssd")) } };
        Assert.Null(new Placement(nodes, []).Place(pod, out var why));
        Assert.Equal(
            "0/6 nodes are available: 1 Insufficient cpu, 1 Too many pods, 1 node(s) didn't match Pod's node affinity/selector, "
            + "1 node(s) had untolerated taint {dedicated: db}, 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }, "
            + "1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }, 1 node(s) were unschedulable.",
            why);
    }

    [Fact]
    public void Tolerations_open_what_taints_close()
    {
        var node = Node("a", ready: "False") with { Spec = new() { Unschedulable = true, Taints = [new() { Key = "k", Value = "v", Effect = "NoExecute" }] } };
        var pod = Pod("p") with { Spec = new() { Tolerations = [new() { Operator = "Exists" }] } };
        Assert.Equal("a", new Placement([node], []).Place(pod, out _));
    }

    [Theory]
    [InlineData("In", "zone", "a", "n1")]
    [InlineData("NotIn", "zone", "a", "n2")]
    [InlineData("Gt", "size", "5", "n2")]
    [InlineData("Exists", "size", null, "n2")]
    [InlineData("DoesNotExist", "size", null, "n1")]
    public void Required_affinity_decides(string op, string key, string? value, string expected)
    {
        KubeNode[] nodes = [Node("n1", labels: StringMap.Of(("zone", "a"))), Node("n2", labels: StringMap.Of(("zone", "b"), ("size", "7")))];
        var term = new NodeSelectorTerm { MatchExpressions = [new() { Key = key, Operator = op, Values = value is null ? [] : [value] }] };
        var pod = Pod("p") with { Spec = new() { Affinity = new() { NodeAffinity = new() { Required = new() { NodeSelectorTerms = [term] } } } } };
        Assert.Equal(expected, new Placement(nodes, []).Place(pod, out _));
    }

    [Fact]
    public void Host_ports_are_given_once_per_node()
    {
        var pod = Pod("p") with { Spec = new() { Containers = [new() { Ports = [new() { Port = 80, HostPort = 8080 }] }] } };
        var placement = new Placement([Node("a"), Node("b")], []);
        Assert.Equal("a b", $"{placement.Place(pod, out _)} {placement.Place(pod, out _)}");
        Assert.Null(placement.Place(pod, out var why));
        Assert.Equal("0/2 nodes are available: 2 node(s) didn't have free ports for the requested pod ports.", why);
    }

    [Fact]
    public void Resources_are_counted_with_init_containers_as_peaks()
    {
        var pod = Pod("p") with
        {
            Spec = new()
            {
                Containers = [Asking("100m"), Asking("200m")],
                InitContainers = [Asking("50m") with { RestartPolicy = "Always" }, Asking("1")],
                Overhead = StringMap.Of(("cpu", "10m")),
            },
        };
        Assert.Equal("1060m", PodRequests.Of(pod)["cpu"].ToString());
    }

    private static Container Asking(string cpu) => new() { Resources = new() { Requests = StringMap.Of(("cpu", cpu)) } };

    private static KubeNode Node(string name, string ready = "True", StringMap labels = default) => new()
    {
        Metadata = new() { Name = name, Labels = labels },
        Status = new() { Conditions = [new() { Type = "Ready", Status = ready }] },
    };

    private static Pod Pod(string name) => new() { Metadata = new() { Name = name, Namespace = "default" } };

    private static Pod Owned(string name, string owner) =>
        new() { Metadata = new() { Name = name, Namespace = "default", OwnerReferences = [new OwnerReference { Uid = owner, Controller = true }] } };

    private static Pod Bound(Pod pod, string node) => pod with { Spec = pod.Spec with { NodeName = node } };
}
