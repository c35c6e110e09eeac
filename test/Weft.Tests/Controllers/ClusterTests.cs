using Weft.Kubernetes;
using Weft.Lab.Controllers;
using Weft.Model;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Tests.Controllers;

public sealed class ClusterTests
{
    [Fact]
    public async Task Nodes_get_their_own_blocks_existing_ones_are_kept_and_an_exhausted_range_is_said()
    {
        var options = new ControllerOptions { PodCidrs = [IpPrefix.Parse("10.1.0.0/22"), IpPrefix.Parse("fd00:1::/56")], NodeCidrMaskSizeV6 = 64 };
        await using var cluster = await TestCluster.StartAsync(options);
        await cluster.AddNodeAsync("n0", node => node with { Spec = new() { PodCIDR = "10.1.1.0/24", PodCIDRs = ["10.1.1.0/24", "fd00:1::/64"] } });
        for (var i = 1; i < 4; i++)
            await cluster.AddNodeAsync($"n{i}");
        var nodes = await cluster.UntilAsync<KubeNode>(nodes => nodes.All(node => node.Spec.PodCIDRs.Count == 2));
        Assert.Equal("10.1.1.0/24", nodes[0].Spec.PodCIDR);
        Assert.Equal(8, nodes.SelectMany(node => node.Spec.PodCIDRs).Distinct().Count());
        await cluster.AddNodeAsync("n4");
        nodes = await cluster.UntilAsync<KubeNode>(nodes => nodes[4].Status.Conditions.IsTrue("NetworkUnavailable"));
        const string message = "pod range 10.1.0.0/22 has no free /24 left for node n4: all 4 are taken; use a larger pod range, or fewer nodes";
        Assert.Equal(message, nodes[4].Status.Conditions.Find("NetworkUnavailable")!.Message);
        await cluster.UntilAsync<EventObject>(events => events.Any(one => one.Reason == "CIDRNotAvailable" && one.Message == message));
        await cluster.Client.DeleteAsync<KubeNode>(null, "n2");
        nodes = await cluster.UntilAsync<KubeNode>(nodes => nodes[^1].Spec.PodCIDRs.Count == 2);
        Assert.Equal("PodCIDRAllocated", (await cluster.UntilAsync<KubeNode>(all => !all[^1].Status.Conditions.IsTrue("NetworkUnavailable")))[^1].Status.Conditions.Find("NetworkUnavailable")!.Reason);
    }

    [Fact]
    public async Task A_pod_that_fits_nowhere_says_why_and_is_placed_when_a_node_comes()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        await cluster.CreateAsync<Pod>("""
            apiVersion: v1
            kind: Pod
            metadata: {name: picky, namespace: default}
            spec: {nodeSelector: {disk: ssd}, containers: [{name: c, image: weft/x}]}
            """);
        var pod = (await cluster.UntilAsync<Pod>(pods => pods is [{ Status.Conditions.Count: > 0 }]))[0];
        Assert.Equal("0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.", pod.Status.Conditions.Find("PodScheduled")!.Message);
        await cluster.UntilAsync<EventObject>(events => events.Any(one => one is { Reason: "FailedScheduling", InvolvedObject.Name: "picky", Type: "Warning" }));
        await cluster.AddNodeAsync("fast", node => node with { Metadata = node.Metadata with { Labels = StringMap.Of(("disk", "ssd")) } });
        pod = (await cluster.UntilAsync<Pod>(pods => pods[0].Spec.NodeName is not null))[0];
        Assert.Equal("fast", pod.Spec.NodeName);
    }

    [Fact]
    public async Task Services_lead_to_their_ready_pods()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        cluster.Kubelet.BecomesReady = pod => pod.Metadata.Name != "b";
        await cluster.CreateAsync<Service>("""
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: default}
            spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
            """);
        foreach (var name in (string[])["a", "b"])
            await cluster.CreateAsync<Pod>($$"""
                apiVersion: v1
                kind: Pod
                metadata: {name: {{name}}, namespace: default, labels: {app: web} }
                spec: {containers: [{name: c, image: weft/x, ports: [{name: http, containerPort: 8080}]}]}
                """);
        var slice = (await cluster.UntilAsync<EndpointSlice>(all => all.Any(slice => slice.Metadata.Labels.Find(EndpointSlice.ServiceNameLabel) == "web" && slice.Endpoints.Count == 2)))
            .First(slice => slice.Metadata.Labels.Find(EndpointSlice.ServiceNameLabel) == "web" && slice.Endpoints.Count == 2);
        Assert.Equal([("a", true), ("b", false)], slice.Endpoints.Select(one => (one.TargetRef!.Name!, one.Conditions!.Ready!.Value)).Order());
        Assert.Equal(8080, slice.Ports[0].Port);
        var endpoints = (await cluster.UntilAsync<Endpoints>(all => all.Any(one => one is { Metadata.Name: "web", Subsets: [{ Addresses.Count: 1, NotReadyAddresses.Count: 1 }] }))).First(one => one.Metadata.Name == "web");
        Assert.Equal("a", endpoints.Subsets[0].Addresses[0].TargetRef!.Name);
        await cluster.Client.DeleteAsync<Service>("default", "web");
        await cluster.UntilAsync<EndpointSlice>(all => all.All(slice => slice.Metadata.Labels.Find(EndpointSlice.ServiceNameLabel) != "web"));
        await cluster.UntilAsync<Endpoints>(all => all.All(one => one.Metadata.Name != "web"));
    }

    [Fact]
    public async Task A_namespace_goes_with_everything_in_it()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        await cluster.CreateAsync<Namespace>("{apiVersion: v1, kind: Namespace, metadata: {name: team}}");
        await cluster.CreateAsync<ConfigMap>("{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: team}, data: {a: b}}");
        await cluster.CreateAsync<Pod>("{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: team}, spec: {containers: [{name: c, image: weft/x}]}}");
        await cluster.UntilAsync<Pod>(pods => pods is [{ Status.Phase: "Running" }]);
        await cluster.Client.DeleteAsync<Namespace>(null, "team");
        await cluster.UntilAsync<Namespace>(all => all.All(ns => ns.Metadata.Name != "team"));
        Assert.Empty(await cluster.ListAsync<Pod>());
        Assert.DoesNotContain(await cluster.ListAsync<ConfigMap>(), map => map.Metadata.Namespace == "team");
    }

    [Fact]
    public async Task A_silent_node_is_given_up_its_pods_leave_and_come_back_elsewhere()
    {
        var options = new ControllerOptions { NodeMonitorGracePeriod = TimeSpan.FromSeconds(1), DefaultToleration = TimeSpan.FromSeconds(1) };
        await using var cluster = await TestCluster.StartAsync(options, nodes: 1);
        await cluster.CreateAsync<ReplicaSet>("""
            apiVersion: apps/v1
            kind: ReplicaSet
            metadata: {name: rs, namespace: default}
            spec:
              replicas: 2
              selector: {matchLabels: {app: x}}
              template: {metadata: {labels: {app: x}}, spec: {containers: [{name: c, image: weft/x}]}}
            """);
        await cluster.UntilAsync<Pod>(pods => pods.Count(pod => pod.IsReady()) == 2);
        Assert.Equal(
            [("node.kubernetes.io/not-ready", 1L), ("node.kubernetes.io/unreachable", 1L)],
            (await cluster.ListAsync<Pod>())[0].Spec.Tolerations.Select(toleration => (toleration.Key!, toleration.TolerationSeconds!.Value)));
        await cluster.AddNodeAsync("n2");
        await cluster.CreateAsync<Pod>("{apiVersion: v1, kind: Pod, metadata: {name: patient, namespace: default}, spec: {nodeName: n1, tolerations: [{operator: Exists}], containers: [{name: c, image: weft/x}]}}");
        await cluster.Client.CreateAsync(new Lease { Metadata = new() { Name = "n1", Namespace = "kube-node-lease" }, Spec = new() { HolderIdentity = "n1", RenewTime = DateTimeOffset.UtcNow } });
        var lost = (await cluster.UntilAsync<KubeNode>(nodes => nodes[0].Spec.Taints.Count == 2))[0];
        Assert.Equal("Unknown", lost.Status.Conditions.Find("Ready")!.Status);
        await cluster.UntilAsync<Pod>(pods => pods.Count(pod => pod.IsActive() && pod.Spec.NodeName == "n2" && pod.IsReady()) == 2);
        Assert.False((await cluster.Client.GetAsync<Pod>("default", "patient")).IsTerminating());
        await AnswersUntilAsync(cluster, cluster.UntilAsync<KubeNode>(nodes => nodes[0].Spec.Taints.Count == 0));
    }

    [Fact]
    public async Task Pods_of_a_node_that_was_silent_for_a_while_are_ready_again_when_it_answers()
    {
        await using var cluster = await TestCluster.StartAsync(new ControllerOptions { NodeMonitorGracePeriod = TimeSpan.FromSeconds(1) }, nodes: 1);
        await cluster.CreateAsync<Pod>("{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: default}, spec: {containers: [{name: c, image: weft/x}]}}");
        await cluster.UntilAsync<Pod>(pods => pods is [var pod] && pod.IsReady());
        await cluster.Client.CreateAsync(new Lease { Metadata = new() { Name = "n1", Namespace = "kube-node-lease" }, Spec = new() { RenewTime = DateTimeOffset.UtcNow.AddHours(-1) } });
        await cluster.UntilAsync<Pod>(pods => pods[0].Status.Conditions.Find("Ready") is { Status: "False", Reason: "NodeNotReady" });
        await AnswersUntilAsync(cluster, cluster.UntilAsync<Pod>(pods => pods[0].IsReady()));
    }

    [Fact]
    public async Task Pods_of_a_node_that_is_gone_are_removed()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        await cluster.CreateAsync<Pod>("{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: default}, spec: {nodeName: ghost, containers: [{name: c, image: weft/x}]}}");
        await cluster.UntilAsync<Pod>(pods => pods.Count == 0);
    }

    // A kubelet says again and again that its node is ready: a controller may have just written the opposite from what it knew before.
    private static async Task AnswersUntilAsync(TestCluster cluster, Task condition)
    {
        do
        {
            await cluster.Client.ModifyAsync<Lease>("kube-node-lease", "n1", lease => lease with { Spec = lease.Spec with { RenewTime = DateTimeOffset.UtcNow.AddHours(1) } });
            await cluster.Client.ModifyAsync<KubeNode>(null, "n1", node => node with { Status = node.Status with { Conditions = node.Status.Conditions.With(new() { Type = "Ready", Status = "True" }, DateTimeOffset.UtcNow) } }, "status");
            await Task.WhenAny(condition, Task.Delay(200));
        }
        while (!condition.IsCompleted);
        await condition;
    }
}
