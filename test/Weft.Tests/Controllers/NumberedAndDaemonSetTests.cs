using Weft.Kubernetes;

namespace Weft.Tests.Controllers;

public sealed class NumberedAndDaemonSetTests
{
    [Fact]
    public async Task Numbered_pods_come_in_order_are_replaced_above_the_partition_and_go_from_the_last()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        await cluster.CreateAsync<StatefulSet>("""
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: db, namespace: default}
            spec:
              serviceName: db
              replicas: 3
              updateStrategy: {rollingUpdate: {partition: 1}}
              selector: {matchLabels: {app: db}}
              template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, image: weft/x}]}}
              volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]
            """);
        await cluster.UntilAsync<StatefulSet>(all => all[0].Status is { ReadyReplicas: 3, UpdatedReplicas: 3 });
        var pods = (await cluster.ListAsync<Pod>()).OrderBy(pod => pod.Metadata.Name).ToList();
        Assert.Equal([("db-0", "db-0", "db"), ("db-1", "db-1", "db"), ("db-2", "db-2", "db")], pods.Select(pod => (pod.Metadata.Name, pod.Spec.Hostname!, pod.Spec.Subdomain!)));
        Assert.Equal("data", pods[0].Spec.Volumes[0].Name);
        await cluster.Client.ModifyAsync<StatefulSet>("default", "db", set => set with { Spec = set.Spec with { Template = set.Spec.Template.WithLabel("version", "2") } });
        await cluster.UntilAsync<Pod>(all => all.Count(pod => pod.IsReady() && pod.IsActive() && pod.Metadata.Labels.Find("version") == "2") == 2);
        Assert.Null((await cluster.ListAsync<Pod>()).First(pod => pod.Metadata.Name == "db-0").Metadata.Labels.Find("version"));
        await cluster.Client.ModifyAsync<StatefulSet>("default", "db", set => set with { Spec = set.Spec with { Replicas = 1 } });
        Assert.Equal("db-0", (await cluster.UntilAsync<Pod>(all => all.Count == 1))[0].Metadata.Name);
    }

    [Fact]
    public async Task Every_node_that_fits_gets_one_daemon_and_a_new_template_reaches_all_of_them()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 2);
        await cluster.AddNodeAsync("tainted", node => node with { Spec = new() { Taints = [new() { Key = "only", Effect = "NoSchedule" }] } });
        await cluster.CreateAsync<DaemonSet>("""
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: d, namespace: default}
            spec:
              selector: {matchLabels: {app: d}}
              template: {metadata: {labels: {app: d}}, spec: {containers: [{name: c, image: weft/x}]}}
            """);
        await cluster.UntilAsync<DaemonSet>(all => all[0].Status is { DesiredNumberScheduled: 2, NumberReady: 2, NumberAvailable: 2 });
        Assert.Equal(["n1", "n2"], (await cluster.ListAsync<Pod>()).Select(pod => pod.Spec.NodeName).Order());
        await cluster.AddNodeAsync("n3");
        await cluster.UntilAsync<DaemonSet>(all => all[0].Status is { DesiredNumberScheduled: 3, NumberReady: 3 });
        await cluster.Client.ModifyAsync<DaemonSet>("default", "d", set => set with { Spec = set.Spec with { Template = set.Spec.Template.WithLabel("version", "2") } });
        await cluster.UntilAsync<Pod>(all => all.Count == 3 && all.All(pod => pod.IsReady() && pod.Metadata.Labels.Find("version") == "2"));
        await cluster.Client.DeleteAsync<DaemonSet>("default", "d");
        await cluster.UntilAsync<Pod>(all => all.Count == 0);
    }
}
