using FsCheck;
using FsCheck.Fluent;
using Weft.Kubernetes;
using Weft.Lab.Controllers;

namespace Weft.Tests.Controllers;

public sealed class SlicePlanTests
{
    private static readonly Service Web = new()
    {
        Metadata = new() { Name = "web", Namespace = "default", Uid = "s" },
        Spec = new() { Selector = StringMap.Of(("app", "web")), ClusterIP = "10.96.0.5", Ports = [new() { Port = 80, TargetPort = "http" }] },
    };

    [Fact]
    public void Slices_hold_exactly_the_pods_at_most_a_hundred_each_and_a_second_look_changes_nothing() =>
        Prop.ForAll(Arb.From(Gen.Zip(Gen.Choose(0, 350), Gen.Choose(0, 350))), pair =>
        {
            var slices = Apply(Plan(Web, Pods(0, pair.Item1), []), []);
            slices = Apply(Plan(Web, Pods(pair.Item1 / 2, pair.Item2), slices), slices);
            var expected = Pods(pair.Item1 / 2, pair.Item2).Select(pod => pod.Status.PodIP!).ToHashSet();
            var addresses = slices.SelectMany(slice => slice.Endpoints).Select(endpoint => endpoint.Addresses[0]).ToList();
            var again = Plan(Web, Pods(pair.Item1 / 2, pair.Item2), slices);
            return addresses.Count == expected.Count && expected.SetEquals(addresses) && slices.Count >= 1
                && slices.All(slice => slice.Endpoints.Count <= SlicePlan.MaximumEndpoints)
                && again is { Create.Count: 0, Update.Count: 0, Delete.Count: 0 };
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void One_pod_replaced_among_thousands_is_one_write()
    {
        var slices = Apply(Plan(Web, Pods(0, 2000), []), []);
        var plan = Plan(Web, [.. Pods(0, 700), .. Pods(701, 1299), Pod(5000)], slices);
        Assert.Equal((0, 1, 0), (plan.Create.Count, plan.Update.Count, plan.Delete.Count));
        slices = Apply(Plan(Web, [.. Pods(0, 700), .. Pods(701, 1299)], slices), slices);
        Assert.Single(Plan(Web, [.. Pods(0, 700), .. Pods(701, 1299), Pod(5000)], slices).Update);
    }

    [Fact]
    public void Many_new_pods_get_slices_of_their_own_and_leave_the_old_ones_alone()
    {
        var slices = Apply(Plan(Web, Pods(0, 190), []), []);
        var plan = Plan(Web, Pods(0, 395), slices);
        Assert.Equal((2, 1, 0), (plan.Create.Count, plan.Update.Count, plan.Delete.Count));
        Assert.Equal([95, 100, 100], plan.Create.Concat(plan.Update.Select(update => update.To)).Select(slice => slice.Endpoints.Count).Order());
    }

    [Fact]
    public void Slices_that_lose_their_last_pod_go_but_for_one()
    {
        var slices = Apply(Plan(Web, Pods(0, 250), []), []);
        var plan = Plan(Web, [], slices);
        Assert.Equal((0, 1, 2), (plan.Create.Count, plan.Update.Count, plan.Delete.Count));
        Assert.Empty(plan.Update[0].To.Endpoints);
    }

    [Fact]
    public void Named_ports_that_differ_between_pods_make_slices_of_their_own()
    {
        Pod[] pods = [Pod(1, port: 8080), Pod(2, port: 9090), Pod(3, port: 8080)];
        var plan = Plan(Web, pods, []);
        Assert.Equal([8080, 9090], plan.Create.Select(slice => slice.Ports[0].Port!.Value).Order());
        Assert.All(plan.Create, slice => Assert.Equal("zone-n1", slice.Endpoints[0].Zone));
        Assert.Equal("web", plan.Create[0].Metadata.Labels[EndpointSlice.ServiceNameLabel]);
    }

    [Fact]
    public void The_empty_slice_of_a_service_without_pods_is_filled_rather_than_replaced()
    {
        var empty = Apply(Plan(Web, [], []), []);
        var plan = Plan(Web, [Pod(1)], empty);
        Assert.Equal(("web-0", 1), (Assert.Single(plan.Update).To.Metadata.Name, plan.Update[0].To.Endpoints.Count));
        Assert.Empty(plan.Create);
        Assert.Empty(plan.Delete);
    }

    [Fact]
    public void A_pod_that_ends_serves_on_but_is_no_longer_ready()
    {
        var pod = Pod(1) with { Metadata = Pod(1).Metadata with { DeletionTimestamp = DateTimeOffset.UnixEpoch } };
        var conditions = Plan(Web, [pod], []).Create[0].Endpoints[0].Conditions!;
        Assert.Equal((false, true, true), (conditions.Ready, conditions.Serving, conditions.Terminating));
        var publishing = Web with { Spec = Web.Spec with { PublishNotReadyAddresses = true } };
        Assert.True(Plan(publishing, [pod], []).Create[0].Endpoints[0].Conditions!.Ready);
    }

    [Fact]
    public void A_dual_stack_service_has_slices_of_both_families()
    {
        var service = Web with { Spec = Web.Spec with { IpFamilies = ["IPv4", "IPv6"] } };
        var pod = Pod(1) with { Status = Pod(1).Status with { PodIPs = [new("10.0.0.1"), new("fd00::1")] } };
        Assert.Equal(["IPv4", "IPv6"], Plan(service, [pod], []).Create.Select(slice => slice.AddressType).Order());
    }

    [Theory]
    [InlineData(null, "", "")]
    [InlineData("PreferClose", "zone-n1", "")]
    [InlineData("PreferSameZone", "zone-n1", "")]
    [InlineData("PreferSameNode", "zone-n1", "n1")]
    public void Traffic_distribution_gives_ready_endpoints_to_their_zone_and_node(string? distribution, string zones, string nodes)
    {
        var service = Web with { Spec = Web.Spec with { TrafficDistribution = distribution } };
        var unready = Pod(2) with { Status = Pod(2).Status with { Conditions = [] } };
        var endpoints = Plan(service, [Pod(1), unready], []).Create[0].Endpoints;
        Assert.Equal((zones, nodes), (Names(endpoints[0].Hints?.ForZones ?? default), Names(endpoints[0].Hints?.ForNodes ?? default)));
        Assert.Null(endpoints[1].Hints);
    }

    [Fact]
    public void A_headless_service_names_its_pods_and_is_labelled_so()
    {
        var service = Web with { Spec = Web.Spec with { ClusterIP = "None" } };
        var pod = Pod(1) with { Spec = Pod(1).Spec with { Hostname = "web-0", Subdomain = "web" } };
        var slice = Plan(service, [pod], []).Create[0];
        Assert.Equal(("web-0", ""), (slice.Endpoints[0].Hostname, slice.Metadata.Labels.Find(ServiceBackends.HeadlessLabel)));
        Assert.Null(Plan(Web, [pod], []).Create[0].Metadata.Labels.Find(ServiceBackends.HeadlessLabel));
    }

    [Fact]
    public void Hand_written_endpoints_are_mirrored_by_family_and_ports()
    {
        var endpoints = new Endpoints
        {
            Metadata = new() { Name = "db", Namespace = "default", Annotations = StringMap.Of(("a", "b"), ("kubectl.kubernetes.io/last-applied-configuration", "x")) },
            Subsets =
            [
                new() { Addresses = [new() { Ip = "192.0.2.1" }, new() { Ip = "2001:db8::1" }], NotReadyAddresses = [new() { Ip = "192.0.2.2" }], Ports = [new() { Port = 5432 }] },
                new() { Addresses = [new() { Ip = "192.0.2.3" }], Ports = [new() { Port = 5433 }] },
            ],
        };
        var plan = SlicePlan.For(MirroredGroups.Metadata(endpoints), MirroredGroups.Of(endpoints), [], MirroredGroups.Maximum);
        Assert.Equal([("IPv4", 5432, 2), ("IPv4", 5433, 1), ("IPv6", 5432, 1)], plan.Create.Select(slice => (slice.AddressType, slice.Ports[0].Port!.Value, slice.Endpoints.Count)).Order());
        Assert.Equal([true, false], plan.Create[0].Endpoints.Select(endpoint => endpoint.Conditions!.Ready!.Value));
        Assert.Equal(StringMap.Of(("a", "b")), plan.Create[0].Metadata.Annotations);
        Assert.True(MirroredGroups.IsMirrored(endpoints, new Service()));
        Assert.False(MirroredGroups.IsMirrored(endpoints, Web));
        Assert.False(MirroredGroups.IsMirrored(endpoints with { Metadata = endpoints.Metadata with { Labels = StringMap.Of(("endpointslice.kubernetes.io/skip-mirror", "true")) } }, new Service()));
    }

    private static string Names(Weft.Model.EquatableArray<NamedItem> items) => string.Join(',', items.Select(item => item.Name));

    private static SlicePlan Plan(Service service, IReadOnlyList<Pod> pods, List<EndpointSlice> existing) =>
        SlicePlan.For(EndpointSliceController.Metadata(service, null), SliceGroups.Of(service, pods, node => $"zone-{node}"), existing);

    private static List<EndpointSlice> Apply(SlicePlan plan, List<EndpointSlice> slices)
    {
        var next = slices.Except(plan.Delete).Except(plan.Update.Select(update => update.From)).Concat(plan.Update.Select(update => update.To)).ToList();
        next.AddRange(plan.Create.Select((slice, i) => slice with { Metadata = slice.Metadata with { Name = $"web-{next.Count + i}" } }));
        return next;
    }

    private static List<Pod> Pods(int first, int count) => [.. Enumerable.Range(first, count).Select(i => Pod(i))];

    private static Pod Pod(int index, int port = 8080) => new()
    {
        Metadata = new() { Name = $"p{index:0000}", Namespace = "default", Uid = $"u{index}", Labels = StringMap.Of(("app", "web")) },
        Spec = new() { NodeName = "n1", Containers = [new() { Ports = [new() { Name = "http", Port = port }] }] },
        Status = new() { PodIP = $"10.1.{index / 256}.{index % 256}", Conditions = [new() { Type = "Ready", Status = "True" }] },
    };
}
