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
            var slices = Apply(SlicePlan.For(Web, Pods(0, pair.Item1), _ => null, []), []);
            slices = Apply(SlicePlan.For(Web, Pods(pair.Item1 / 2, pair.Item2), _ => null, slices), slices);
            var expected = Pods(pair.Item1 / 2, pair.Item2).Select(pod => pod.Status.PodIP!).ToHashSet();
            var addresses = slices.SelectMany(slice => slice.Endpoints).Select(endpoint => endpoint.Addresses[0]).ToList();
            var again = SlicePlan.For(Web, Pods(pair.Item1 / 2, pair.Item2), _ => null, slices);
            return addresses.Count == expected.Count && expected.SetEquals(addresses) && slices.Count >= 1
                && slices.All(slice => slice.Endpoints.Count <= SlicePlan.MaximumEndpoints)
                && again is { Create.Count: 0, Update.Count: 0, Delete.Count: 0 };
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Named_ports_that_differ_between_pods_make_slices_of_their_own()
    {
        Pod[] pods = [Pod(1, port: 8080), Pod(2, port: 9090), Pod(3, port: 8080)];
        var plan = SlicePlan.For(Web, pods, _ => "z1", []);
        Assert.Equal([8080, 9090], plan.Create.Select(slice => slice.Ports[0].Port!.Value).Order());
        Assert.All(plan.Create, slice => Assert.Equal("z1", slice.Endpoints[0].Zone));
        Assert.Equal("web", plan.Create[0].Metadata.Labels[EndpointSlice.ServiceNameLabel]);
    }

    [Fact]
    public void The_empty_slice_of_a_service_without_pods_is_filled_rather_than_replaced()
    {
        var empty = Apply(SlicePlan.For(Web, [], _ => null, []), []);
        var plan = SlicePlan.For(Web, [Pod(1)], _ => null, empty);
        Assert.Equal(("web-0", 1), (Assert.Single(plan.Update).To.Metadata.Name, plan.Update[0].To.Endpoints.Count));
        Assert.Empty(plan.Create);
        Assert.Empty(plan.Delete);
    }

    [Fact]
    public void A_pod_that_ends_serves_on_but_is_no_longer_ready()
    {
        var pod = Pod(1) with { Metadata = Pod(1).Metadata with { DeletionTimestamp = DateTimeOffset.UnixEpoch } };
        var conditions = SlicePlan.For(Web, [pod], _ => null, []).Create[0].Endpoints[0].Conditions;
        Assert.Equal(new EndpointConditions { Ready = false, Serving = true, Terminating = true }, conditions);
        Assert.Empty(EndpointsController.Subsets(Web, [pod]));
    }

    [Fact]
    public void A_dual_stack_service_has_slices_of_both_families()
    {
        var service = Web with { Spec = Web.Spec with { IpFamilies = ["IPv4", "IPv6"] } };
        var pod = Pod(1) with { Status = Pod(1).Status with { PodIPs = [new("10.0.0.1"), new("fd00::1")] } };
        Assert.Equal(["IPv4", "IPv6"], SlicePlan.For(service, [pod], _ => null, []).Create.Select(slice => slice.AddressType).Order());
    }

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
