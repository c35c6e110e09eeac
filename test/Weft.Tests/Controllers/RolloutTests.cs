using Weft.Kubernetes;
using Weft.Tests.Kubectl;

namespace Weft.Tests.Controllers;

/// <summary><c>kubectl rollout</c> over StatefulSets and DaemonSets.</summary>
public sealed class RolloutTests
{
    private const string Sets = """
        apiVersion: apps/v1
        kind: {kind}
        metadata: {name: web, namespace: default}
        spec:
          revisionHistoryLimit: 1
          selector: {matchLabels: {app: web}}
          template: {metadata: {creationTimestamp: null, labels: {app: web}}, spec: {containers: [{name: c, image: "one:1"}]}}
        """;

    [Theory]
    [InlineData("StatefulSet")]
    [InlineData("DaemonSet")]
    public async Task A_rollout_has_a_history_that_can_be_gone_back_to(string kind)
    {
        Assert.SkipUnless(KubectlCommand.Installed, "kubectl is not installed");
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        var manifest = Sets.Replace("{kind}", kind, StringComparison.Ordinal);
        _ = kind == "DaemonSet" ? (object)await cluster.CreateAsync<DaemonSet>(manifest) : await cluster.CreateAsync<StatefulSet>(manifest);
        var name = $"{kind.ToLowerInvariant()}/web";
        await cluster.KubectlAsync("rollout", "status", name, "--timeout=60s");
        await cluster.KubectlAsync("set", "image", name, "c=two:2");
        await cluster.KubectlAsync("rollout", "status", name, "--timeout=60s");
        Assert.Matches("(?s)1 .*\n2 ", await cluster.KubectlAsync("rollout", "history", name));
        Assert.Contains("one:1", await cluster.KubectlAsync("rollout", "history", name, "--revision=1"), StringComparison.Ordinal);
        Assert.Contains("rolled back", await cluster.KubectlAsync("rollout", "undo", name), StringComparison.Ordinal);
        await cluster.KubectlAsync("rollout", "status", name, "--timeout=60s");
        Assert.Equal("one:1", await cluster.KubectlAsync("get", "pods", "-o", "jsonpath={.items[*].spec.containers[0].image}"));
        var revisions = await cluster.UntilAsync<ControllerRevision>(all => all.Select(one => one.Revision).Order().SequenceEqual([2, 3]));
        Assert.Matches($@"web-\S+ +{kind.ToLowerInvariant()}\.apps/web +3", await cluster.KubectlAsync("get", "controllerrevisions"));
        await cluster.KubectlAsync("set", "image", name, "c=four:4");
        await cluster.KubectlAsync("rollout", "status", name, "--timeout=60s");
        var last = await cluster.UntilAsync<ControllerRevision>(all => all.Select(one => one.Revision).Order().SequenceEqual([3, 4]));
        Assert.Equal(revisions.Single(one => one.Revision == 3).Metadata.Name, last.Single(one => one.Revision == 3).Metadata.Name);
    }

    [Theory]
    [InlineData("StatefulSet")]
    [InlineData("DaemonSet")]
    public async Task Pods_and_history_that_were_left_behind_are_taken_in_again(string kind)
    {
        Assert.SkipUnless(KubectlCommand.Installed, "kubectl is not installed");
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        var manifest = Sets.Replace("{kind}", kind, StringComparison.Ordinal);
        await MakeAsync();
        var pod = (await cluster.UntilAsync<Pod>(all => all is [var one] && one.IsReady()))[0];
        await cluster.KubectlAsync("delete", kind, "web", "--cascade=orphan");
        await cluster.UntilAsync<Pod>(all => all[0].Metadata.OwnerReferences.Count == 0);
        await cluster.UntilAsync<ControllerRevision>(all => all[0].Metadata.OwnerReferences.Count == 0);
        await MakeAsync();
        await cluster.UntilAsync<Pod>(all => all[0].Metadata.OwnerReferences.Count == 1);
        await cluster.UntilAsync<ControllerRevision>(all => all is [{ Revision: 1, Metadata.OwnerReferences.Count: 1 }]);
        await cluster.KubectlAsync("rollout", "status", $"{kind}/web", "--timeout=60s");
        Assert.Equal(pod.Metadata.Uid, Assert.Single(await cluster.ListAsync<Pod>()).Metadata.Uid);

        async Task MakeAsync() => _ = kind == "DaemonSet" ? (object)await cluster.CreateAsync<DaemonSet>(manifest) : await cluster.CreateAsync<StatefulSet>(manifest);
    }

    [Fact]
    public async Task Pods_and_status_of_a_numbered_set_name_their_revisions()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        var manifest = Sets.Replace("{kind}", "StatefulSet", StringComparison.Ordinal).Replace("spec:\n  rev", "spec:\n  replicas: 2\n  updateStrategy: {rollingUpdate: {partition: 1}}\n  rev", StringComparison.Ordinal);
        await cluster.CreateAsync<StatefulSet>(manifest);
        var first = (await cluster.UntilAsync<StatefulSet>(all => all[0].Status is { ReadyReplicas: 2, CurrentReplicas: 2 }))[0].Status.CurrentRevision;
        await cluster.Client.ModifyAsync<StatefulSet>("default", "web", set => set with { Spec = set.Spec with { Template = set.Spec.Template.WithLabel("version", "2") } });
        var status = (await cluster.UntilAsync<StatefulSet>(all => all[0].Status is { ReadyReplicas: 2, UpdatedReplicas: 1, CurrentReplicas: 1 }))[0].Status;
        Assert.Equal(first, status.CurrentRevision);
        Assert.NotEqual(first, status.UpdateRevision);
        var pods = (await cluster.ListAsync<Pod>()).ToDictionary(pod => pod.Metadata.Name);
        Assert.Equal((status.CurrentRevision, status.UpdateRevision), (pods["web-0"].Metadata.Labels.Find("controller-revision-hash"), pods["web-1"].Metadata.Labels.Find("controller-revision-hash")));
        await cluster.Client.DeleteAsync<Pod>("default", "web-0");
        await cluster.UntilAsync<Pod>(all => all.Any(pod => pod.Metadata.Name == "web-0" && pod.Metadata.Uid != pods["web-0"].Metadata.Uid && pod.Metadata.Labels.Find("controller-revision-hash") == first));
        await cluster.Client.ModifyAsync<StatefulSet>("default", "web", set => set with { Spec = set.Spec with { UpdateStrategy = new() { Type = "RollingUpdate", RollingUpdate = new() { Partition = 0 } } } });
        await cluster.UntilAsync<StatefulSet>(all => all[0].Status is { UpdatedReplicas: 2, CurrentReplicas: 2 } now && now.CurrentRevision == status.UpdateRevision);
    }
}
