using System.Text.Json.Nodes;
using Weft.Kubernetes;

namespace Weft.Tests.Controllers;

public sealed class DeploymentTests
{
    [Fact]
    public async Task A_deployment_gets_its_pods_and_says_so()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 2);
        await cluster.CreateAsync<Deployment>(Web(3));
        var done = await UntilCompleteAsync(cluster);
        Assert.Equal((3, 3, 3, 0), (done.Status.Replicas, done.Status.UpdatedReplicas, done.Status.AvailableReplicas, done.Status.UnavailableReplicas));
        Assert.Equal("NewReplicaSetAvailable", done.Status.Conditions.Find("Progressing")!.Reason);
        Assert.True(done.Status.Conditions.IsTrue("Available"));
        var pods = await cluster.ListAsync<Pod>();
        Assert.Equal([1, 2], pods.CountBy(pod => pod.Spec.NodeName!).Select(entry => entry.Value).Order());
        Assert.All(pods, pod => Assert.Equal("kept", pod.Metadata.Annotations.Find("note")));
    }

    [Fact]
    public async Task A_rolling_update_never_goes_below_its_availability_nor_above_its_surge()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 2);
        cluster.Kubelet.StartDelay = TimeSpan.FromMilliseconds(20);
        await cluster.CreateAsync<Deployment>(Web(5, "maxSurge: 2, maxUnavailable: 1"));
        await UntilCompleteAsync(cluster);
        using var stop = new CancellationTokenSource();
        var watching = WatchBoundsAsync(cluster, stop.Token);
        await SetImageAsync(cluster, "weft/two");
        await UntilCompleteAsync(cluster);
        await stop.CancelAsync();
        var (least, most) = await watching;
        Assert.InRange(least, 4, 7);
        Assert.InRange(most, 5, 7);
        Assert.Equal([("1", 0), ("2", 5)], (await cluster.ListAsync<ReplicaSet>()).Select(set => (set.Metadata.Annotations["deployment.kubernetes.io/revision"], set.Spec.Replicas!.Value)).Order());
    }

    [Fact]
    public async Task A_template_that_comes_back_becomes_the_newest_revision()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        await cluster.CreateAsync<Deployment>(Web(2));
        await UntilCompleteAsync(cluster);
        await SetImageAsync(cluster, "weft/two");
        await UntilCompleteAsync(cluster);
        await SetImageAsync(cluster, "weft/one");
        var done = await UntilCompleteAsync(cluster);
        Assert.Equal("3", done.Metadata.Annotations["deployment.kubernetes.io/revision"]);
        Assert.Equal(2, (await cluster.ListAsync<ReplicaSet>()).Count);
    }

    [Fact]
    public async Task A_broken_template_stops_the_update_and_leaves_the_old_pods_serving()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        cluster.Kubelet.BecomesReady = pod => pod.Spec.Containers[0].Image != "weft/broken";
        await cluster.CreateAsync<Deployment>(Web(4).Replace("minReadySeconds: 0", "progressDeadlineSeconds: 1"));
        await UntilCompleteAsync(cluster);
        await SetImageAsync(cluster, "weft/broken");
        var stuck = (await cluster.UntilAsync<Deployment>(all => all[0].Status is { AvailableReplicas: 3 } status
            && status.Conditions.Find("Progressing")?.Reason == "ProgressDeadlineExceeded"))[0];
        Assert.True(stuck.Status.Conditions.IsTrue("Available"));
        await SetImageAsync(cluster, "weft/one");
        await UntilCompleteAsync(cluster);
    }

    [Fact]
    public async Task Recreate_waits_for_the_last_old_pod()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        await cluster.CreateAsync<Deployment>(Web(3).Replace("type: RollingUpdate", "type: Recreate").Replace("rollingUpdate:\n      maxSurge: 1", ""));
        await UntilCompleteAsync(cluster);
        using var stop = new CancellationTokenSource();
        var mixed = WatchMixedAsync(cluster, stop.Token);
        await SetImageAsync(cluster, "weft/two");
        await UntilCompleteAsync(cluster);
        await stop.CancelAsync();
        Assert.False(await mixed);
    }

    [Fact]
    public async Task A_paused_deployment_follows_its_size_but_not_its_template()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        await cluster.CreateAsync<Deployment>(Web(2));
        await UntilCompleteAsync(cluster);
        await cluster.Client.PatchAsync<Deployment>("default", "web", JsonNode.Parse("""{"spec":{"paused":true,"replicas":4}}""")!);
        await SetImageAsync(cluster, "weft/two");
        await cluster.UntilAsync<Pod>(pods => pods.Count == 4);
        Assert.All(await cluster.ListAsync<Pod>(), pod => Assert.Equal("weft/one", pod.Spec.Containers[0].Image));
        await cluster.Client.PatchAsync<Deployment>("default", "web", JsonNode.Parse("""{"spec":{"paused":false}}""")!);
        await UntilCompleteAsync(cluster);
        Assert.All(await cluster.ListAsync<Pod>(), pod => Assert.Equal("weft/two", pod.Spec.Containers[0].Image));
    }

    [Fact]
    public async Task Deleting_a_deployment_takes_its_pods_along_and_orphaning_leaves_them()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        await cluster.CreateAsync<Deployment>(Web(2));
        await UntilCompleteAsync(cluster);
        await cluster.Client.DeleteAsync<Deployment>("default", "web", new() { PropagationPolicy = "Orphan" });
        await cluster.UntilAsync<Deployment>(all => all.Count == 0);
        Assert.Empty(Assert.Single(await cluster.ListAsync<ReplicaSet>()).Metadata.OwnerReferences);
        Assert.Equal(2, (await cluster.ListAsync<Pod>()).Count);
        await cluster.CreateAsync<Deployment>(Web(2));
        await UntilCompleteAsync(cluster);
        Assert.Single(await cluster.ListAsync<ReplicaSet>());
        await cluster.Client.DeleteAsync<Deployment>("default", "web", new() { PropagationPolicy = "Foreground" });
        await cluster.UntilAsync<Deployment>(all => all.Count == 0);
        Assert.Empty(await cluster.ListAsync<ReplicaSet>());
        await cluster.UntilAsync<Pod>(pods => pods.Count == 0);
    }

    [Fact]
    public async Task Controllers_that_are_stopped_and_started_at_random_moments_come_to_the_same_end()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 2);
        var random = new Random(20261123);
        await cluster.CreateAsync<Deployment>(Web(6));
        for (var round = 0; round < 12; round++)
        {
            await Task.Delay(random.Next(60));
            await cluster.StopControllersAsync();
            if (round % 3 == 1)
                await SetImageAsync(cluster, $"weft/{round}");
            if (round % 4 == 2)
                await cluster.Client.PatchAsync<Deployment>("default", "web", new JsonObject { ["spec"] = new JsonObject { ["replicas"] = random.Next(1, 9) } });
            cluster.StartControllers();
        }

        var done = await UntilCompleteAsync(cluster, 40);
        var pods = await cluster.UntilAsync<Pod>(pods => pods.Count == done.Spec.Replicas);
        Assert.All(pods, pod => Assert.Equal("weft/10", pod.Spec.Containers[0].Image));
        Assert.Single(await cluster.ListAsync<ReplicaSet>(), set => set.Spec.Replicas > 0);
    }

    private static string Web(int replicas, string rolling = "maxSurge: 1") => $$$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: default}
        spec:
          replicas: {{{replicas}}}
          minReadySeconds: 0
          selector: {matchLabels: {app: web}}
          strategy:
            type: RollingUpdate
            rollingUpdate:
              {{{rolling.Replace(", ", "\n      ")}}}
          template:
            metadata: {labels: {app: web}, annotations: {note: kept}}
            spec:
              containers: [{name: web, image: weft/one, ports: [{containerPort: 80}]}]
        """;

    private static Task SetImageAsync(TestCluster cluster, string image) => cluster.Client.ModifyAsync<Deployment>("default", "web", deployment =>
    {
        var template = deployment.Spec.Template.ToObject();
        template["spec"]!["containers"]![0]!["image"] = image;
        return deployment with { Spec = deployment.Spec with { Template = new PodTemplate(JsonText.From(template)) } };
    });

    private static async Task<Deployment> UntilCompleteAsync(TestCluster cluster, int seconds = 20) => (await cluster.UntilAsync<Deployment>(all => all is [var one]
        && one.Status.ObservedGeneration >= one.Metadata.Generation && one.Status.Conditions.Find("Progressing")?.Reason == "NewReplicaSetAvailable"
        && one.Status.UpdatedReplicas == one.Spec.Replicas && one.Status.Replicas == one.Spec.Replicas && one.Status.AvailableReplicas == one.Spec.Replicas, seconds))[0];

    private static async Task<(int Least, int Most)> WatchBoundsAsync(TestCluster cluster, CancellationToken stop)
    {
        var (least, most) = (int.MaxValue, 0);
        while (!stop.IsCancellationRequested)
        {
            var active = (await cluster.ListAsync<Pod>()).Where(pod => pod.IsActive()).ToList();
            (least, most) = (Math.Min(least, active.Count(pod => pod.IsReady())), Math.Max(most, active.Count));
        }

        return (least, most);
    }

    private static async Task<bool> WatchMixedAsync(TestCluster cluster, CancellationToken stop)
    {
        var mixed = false;
        while (!stop.IsCancellationRequested)
            mixed |= (await cluster.ListAsync<Pod>()).Select(pod => pod.Spec.Containers[0].Image).Distinct().Count() > 1;
        return mixed;
    }
}
