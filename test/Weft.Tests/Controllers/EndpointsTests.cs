using Weft.Kubernetes;
using Weft.Lab.Controllers;

namespace Weft.Tests.Controllers;

public sealed class EndpointsTests
{
    [Fact]
    public void A_pod_without_the_named_port_is_no_endpoint_and_ending_pods_are_left_out()
    {
        var service = new Service { Metadata = new() { Name = "web" }, Spec = new() { ClusterIP = "10.96.0.9", Ports = [new() { Port = 80, TargetPort = "http" }] } };
        var ending = Pod("c", "http") with { Metadata = new() { Name = "c", DeletionTimestamp = DateTimeOffset.UnixEpoch } };
        var (subsets, truncated) = EndpointSubsets.Of(service, [Pod("a", "http"), Pod("b", "other"), ending]);
        Assert.Equal(["a"], Assert.Single(subsets).Addresses.Select(address => address.TargetRef!.Name));
        Assert.False(truncated);
        var publishing = service with { Spec = service.Spec with { PublishNotReadyAddresses = true } };
        Assert.Equal(2, EndpointSubsets.Of(publishing, [Pod("a", "http"), ending]).Subsets[0].Addresses.Count);
        var headless = service with { Spec = new() { ClusterIP = "None" } };
        Assert.Equal((1, 0), (EndpointSubsets.Of(headless, [Pod("b", "other")]).Subsets[0].Addresses.Count, EndpointSubsets.Of(headless, [Pod("b", "other")]).Subsets[0].Ports.Count));
    }

    [Fact]
    public async Task Endpoints_written_by_hand_become_slices_and_go_with_their_service()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync<Endpoints>("{apiVersion: v1, kind: Endpoints, metadata: {name: db, namespace: default}, subsets: [{addresses: [{ip: 192.0.2.7}], ports: [{port: 5432}]}]}");
        await cluster.CreateAsync<Service>("{apiVersion: v1, kind: Service, metadata: {name: db, namespace: default}, spec: {ports: [{port: 5432}]}}");
        var slice = (await cluster.UntilAsync<EndpointSlice>(all => all.Any(IsOfDb))).First(IsOfDb);
        Assert.Equal(("192.0.2.7", MirroredGroups.Manager), (slice.Endpoints[0].Addresses[0], slice.Metadata.Labels.Find(EndpointSlice.ManagedByLabel)));
        await cluster.Client.ModifyAsync<Endpoints>("default", "db", old => old with { Subsets = [old.Subsets[0] with { Addresses = [new() { Ip = "192.0.2.8" }] }] });
        await cluster.UntilAsync<EndpointSlice>(all => all.Any(one => IsOfDb(one) && one.Endpoints[0].Addresses[0] == "192.0.2.8"));
        await cluster.Client.DeleteAsync<Service>("default", "db");
        await cluster.UntilAsync<EndpointSlice>(all => !all.Any(IsOfDb));
        await cluster.UntilAsync<Endpoints>(all => all.All(one => one.Metadata.Name != "db"));
    }

    [Fact]
    public async Task A_pod_that_ends_stays_in_its_slice_until_it_is_gone()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        await cluster.CreateAsync<Service>("{apiVersion: v1, kind: Service, metadata: {name: db, namespace: default}, spec: {selector: {app: db}, ports: [{port: 80}]}}");
        await cluster.CreateAsync<Pod>("{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: default, labels: {app: db}, finalizers: [test/hold]}, spec: {containers: [{name: c, image: weft/x}]}}");
        var ready = (await cluster.UntilAsync<EndpointSlice>(all => all.Any(one => IsOfDb(one) && one.Endpoints is [{ Conditions.Ready: true }]))).First(IsOfDb);
        Assert.NotNull(ready.Metadata.Annotations.Find(ServiceBackends.TriggerTimeAnnotation));
        await cluster.Client.DeleteAsync<Pod>("default", "p");
        await cluster.UntilAsync<EndpointSlice>(all => all.Any(one => IsOfDb(one) && one.Endpoints is [{ Conditions: { Ready: false, Serving: true, Terminating: true } }]));
        await cluster.Client.ModifyAsync<Pod>("default", "p", pod => pod with { Metadata = pod.Metadata with { Finalizers = default } });
        await cluster.UntilAsync<EndpointSlice>(all => all.Any(one => IsOfDb(one) && one.Endpoints.Count == 0));
    }

    [Fact]
    public async Task The_zone_of_a_node_is_that_of_its_endpoints_also_when_it_changes()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        await cluster.CreateAsync<Service>("{apiVersion: v1, kind: Service, metadata: {name: db, namespace: default}, spec: {trafficDistribution: PreferClose, selector: {app: db}, ports: [{port: 80}]}}");
        await cluster.CreateAsync<Pod>("{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: default, labels: {app: db}}, spec: {containers: [{name: c, image: weft/x}]}}");
        await cluster.UntilAsync<EndpointSlice>(all => all.Any(one => IsOfDb(one) && one.Endpoints is [{ Conditions.Ready: true, Zone: null, Hints: null }]));
        await cluster.Client.ModifyAsync<Weft.Kubernetes.Node>(null, "n1", node => node with { Metadata = node.Metadata with { Labels = node.Metadata.Labels.With("topology.kubernetes.io/zone", "z1") } });
        await cluster.UntilAsync<EndpointSlice>(all => all.Any(one => IsOfDb(one) && one.Endpoints is [{ Zone: "z1", Hints: { ForZones: [{ Name: "z1" }] } }]));
    }

    private static bool IsOfDb(EndpointSlice slice) => slice.Metadata.Labels.Find(EndpointSlice.ServiceNameLabel) == "db";

    private static Pod Pod(string name, string port) => new()
    {
        Metadata = new() { Name = name },
        Spec = new() { Containers = [new() { Ports = [new() { Name = port, Port = 8080 }] }] },
        Status = new() { PodIP = "10.1.0.1", Conditions = [new() { Type = "Ready", Status = "True" }] },
    };
}
