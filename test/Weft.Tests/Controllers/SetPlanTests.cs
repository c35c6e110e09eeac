using Weft.Kubernetes;
using Weft.Lab.Controllers;

namespace Weft.Tests.Controllers;

/// <summary>Which pods of StatefulSets and DaemonSets come and go next.</summary>
public sealed class SetPlanTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddHours(1);
    private static readonly HashSet<string> Nodes = ["n1", "n2", "n3"];

    [Fact]
    public void Daemons_are_replaced_as_many_at_a_time_as_may_be_missing()
    {
        Assert.Equal(["n1"], Replaced(new(0, 1), Daemon("n1"), Daemon("n2"), Daemon("n3")));
        Assert.Equal(["n1", "n2"], Replaced(new(0, 2), Daemon("n1"), Daemon("n2"), Daemon("n3")));
        Assert.Empty(Replaced(new(0, 1), Daemon("n1", updated: true, ready: false), Daemon("n2"), Daemon("n3")));
        Assert.Equal(["n3"], Replaced(new(0, 1), Daemon("n1"), Daemon("n2"), Daemon("n3", ready: false)));
        Assert.Empty(Replaced(default, Daemon("n1"), Daemon("n2"), Daemon("n3")));
    }

    [Fact]
    public void A_surging_daemon_comes_before_its_former_one_goes()
    {
        Assert.Equal("+n1", Surged(Daemon("n1"), Daemon("n2"), Daemon("n3")));
        Assert.Equal("", Surged(Daemon("n1"), Daemon("n1", updated: true, ready: false), Daemon("n2"), Daemon("n3")));
        Assert.Equal("+n2 -n1/old", Surged(Daemon("n1"), Daemon("n1", updated: true), Daemon("n2"), Daemon("n3")));
        Assert.Equal("+n1 +n2 +n3", Surged(Daemon("n1", ready: false), Daemon("n2", ready: false), Daemon("n3")));
    }

    [Fact]
    public void The_limits_of_a_daemon_set_round_up()
    {
        Assert.Equal(new DaemonUpdate(0, 1), DaemonUpdate.Of(new DaemonSet(), 10));
        Assert.Equal(new DaemonUpdate(0, 2), DaemonUpdate.Of(With(new() { MaxUnavailable = "15%" }), 10));
        Assert.Equal(new DaemonUpdate(2, 0), DaemonUpdate.Of(With(new() { MaxSurge = "15%", MaxUnavailable = 0 }), 10));
        Assert.Equal(default, DaemonUpdate.Of(new DaemonSet { Spec = new() { UpdateStrategy = new() { Type = "OnDelete" } } }, 10));
    }

    [Fact]
    public void A_pod_counts_once_it_has_been_ready_for_its_seconds()
    {
        Assert.Equal(["web-2"], Replaceable(new() { MinReadySeconds = 10 }, Numbered(0, age: 10), Numbered(1, age: 10), Numbered(2, age: 10)));
        Assert.Empty(Replaceable(new() { MinReadySeconds = 10 }, Numbered(0, age: 10), Numbered(1, age: 10), Numbered(2, updated: true, age: 9)));
    }

    [Fact]
    public void Numbered_pods_are_replaced_from_the_last_down_to_the_partition()
    {
        Assert.Equal(["web-2"], Replaceable(new(), Numbered(0), Numbered(1), Numbered(2)));
        Assert.Equal(["web-1"], Replaceable(new(), Numbered(0), Numbered(1), Numbered(2, updated: true)));
        Assert.Equal(["web-2", "web-1"], Replaceable(Rolling(new() { MaxUnavailable = 2 }), Numbered(0), Numbered(1), Numbered(2)));
        Assert.Equal(["web-2"], Replaceable(Rolling(new() { MaxUnavailable = "50%" }), Numbered(0), Numbered(1), Numbered(2)));
        Assert.Empty(Replaceable(Rolling(new() { Partition = 2 }), Numbered(0), Numbered(1), Numbered(2, updated: true)));
        Assert.Empty(Replaceable(new(), Numbered(0), Numbered(1), Numbered(2, updated: true, ready: false)));
    }

    [Fact]
    public void The_oldest_of_the_history_go_but_none_that_is_needed()
    {
        var revisions = Enumerable.Range(1, 4).Select(i => new ControllerRevision { Metadata = new() { Name = $"r{i}" }, Revision = i }).ToList();
        var history = new TemplateHistory(revisions, revisions[3]);
        Assert.Equal(["r1", "r2"], history.Surplus(1, _ => false).Select(one => one.Metadata.Name));
        Assert.Equal(["r2", "r3"], history.Surplus(0, one => one.Metadata.Name == "r1").Select(one => one.Metadata.Name));
    }

    private static DaemonPlan Plan(DaemonUpdate limits, params Pod[] pods) =>
        DaemonPlan.For(limits, Nodes, pods, pod => TemplatePod.RevisionOf(pod) == "new", pod => pod.IsReady());

    private static IEnumerable<string> Replaced(DaemonUpdate limits, params Pod[] pods) => Plan(limits, pods).Delete.Select(pod => pod.Spec.NodeName!);

    private static string Surged(params Pod[] pods) =>
        Plan(new(1, 0), pods) is var plan ? string.Join(' ', [.. plan.Create.Select(node => $"+{node}"), .. plan.Delete.Select(pod => $"-{pod.Metadata.Name}")]) : "";

    private static DaemonSet With(WorkloadRollingUpdate rolling) => new() { Spec = new() { UpdateStrategy = new() { RollingUpdate = rolling } } };

    private static StatefulSetSpec Rolling(WorkloadRollingUpdate rolling) => new() { UpdateStrategy = new() { RollingUpdate = rolling } };

    private static IEnumerable<string> Replaceable(StatefulSetSpec spec, params Pod[] pods)
    {
        var set = new StatefulSet { Metadata = new() { Name = "web" }, Spec = spec with { Replicas = pods.Length } };
        var history = new TemplateHistory([], new ControllerRevision { Metadata = new() { Name = "new" } });
        return new StatefulSetState(set, history, pods.ToDictionary(pod => pod.Metadata.Name), Now).Replaceable().Select(pod => pod.Metadata.Name);
    }

    private static Pod Daemon(string node, bool updated = false, bool ready = true) => Pod($"{node}/{(updated ? "new" : "old")}", updated, ready, 0) with { Spec = new() { NodeName = node } };

    private static Pod Numbered(int index, bool updated = false, bool ready = true, int age = 100) => Pod($"web-{index}", updated, ready, age);

    private static Pod Pod(string name, bool updated, bool ready, int age) => new()
    {
        Metadata = new() { Name = name, Labels = StringMap.Of((TemplatePod.RevisionLabel, updated ? "new" : "old")) },
        Status = new() { Conditions = [new() { Type = "Ready", Status = ready ? "True" : "False", LastTransitionTime = Now.AddSeconds(-age) }] },
    };
}
