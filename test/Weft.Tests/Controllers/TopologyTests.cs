using FsCheck;
using FsCheck.Fluent;
using Weft.Kubernetes;
using Weft.Lab.Controllers;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Tests.Controllers;

/// <summary><c>service.kubernetes.io/topology-mode: Auto</c>.</summary>
public sealed class TopologyTests
{
    [Fact]
    public void Zones_share_by_the_cpus_of_their_ready_workers()
    {
        var shares = ZoneShares.Of([Node("a", "3"), Node("b", "1"), Node("b", "8", "node-role.kubernetes.io/control-plane"), Node("b", "8", ready: false)]);
        Assert.Equal([new("a", 0.75), new ZoneShare("b", 0.25)], shares.Zones);
        Assert.Empty(ZoneShares.Of([Node("a", "1"), Node("b", "1"), Node("", "1")]).Zones);
        Assert.Empty(ZoneShares.Of([Node("a", "1"), Node("b", "1"), Node("c", "")]).Zones);
        Assert.Empty(ZoneShares.Of([Node("a", "1"), Node("a", "1")]).Zones);
    }

    [Theory]
    [InlineData("a=1 b=1", "aabb", "aabb")]
    [InlineData("a=1 b=1", "aaaaab", "bbaaab")]
    [InlineData("a=1 b=1 c=1", "aaaaaa", "bbccaa")]
    [InlineData("a=3 b=1", "aabb", "aaab")]
    [InlineData("a=1 b=1", "aaaabbb", "aaaabbb")]
    public void An_endpoint_is_for_its_own_zone_unless_another_has_too_few(string nodes, string endpoints, string expected)
    {
        var (zones, problem) = ZoneAllocation.Of(Endpoints(endpoints), Shares(nodes));
        Assert.Null(problem);
        Assert.Equal(expected.Order(), string.Concat(zones).Order());
        Assert.Equal(endpoints.Zip(zones).Count(pair => pair.First == pair.Second[0]), endpoints.Zip(expected).Count(pair => pair.First == pair.Second));
    }

    [Theory]
    [InlineData("a=1", "aa", "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes")]
    [InlineData("a=1 b=1 c=1", "aa", "Insufficient number of endpoints (2 endpoints, 3 zones)")]
    [InlineData("a=1 b=1", "aab", "Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (3 endpoints, 2 zones)")]
    [InlineData("a=1 b=1", "aab-", "One or more endpoints do not have a zone specified")]
    public void Without_a_fair_allotment_there_is_none(string nodes, string endpoints, string problem) =>
        Assert.Equal(problem, ZoneAllocation.Of(Endpoints(endpoints), Shares(nodes)).Problem);

    [Fact]
    public void No_zone_gets_less_than_its_endpoints_can_bear() =>
        Prop.ForAll(Arb.From(Gen.Zip(Gen.ArrayOf(Gen.Choose(1, 8), 3), Gen.ListOf(Gen.Elements("a", "b", "c")))), input =>
        {
            var (cpus, at) = (input.Item1, input.Item2.ToList());
            var (zones, problem) = ZoneAllocation.Of(at.ConvertAll(zone => new Endpoint { Zone = zone }), Shares($"a={cpus[0]} b={cpus[1]} c={cpus[2]}"));
            return problem is not null || (zones.Count == at.Count && cpus.Zip("abc").All(zone =>
                zones.Count(name => name[0] == zone.Second) >= Math.Floor((double)zone.First / cpus.Sum() * at.Count / 1.2)));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task Hints_come_and_go_with_the_annotation_and_events_say_so()
    {
        await using var cluster = await TestCluster.StartAsync();
        foreach (var zone in (string[])["a", "b"])
            await cluster.AddNodeAsync(zone, node => node with { Metadata = node.Metadata with { Labels = node.Metadata.Labels.With("topology.kubernetes.io/zone", zone) }, Status = node.Status with { Allocatable = StringMap.Of(("cpu", "2")) } });
        await cluster.CreateAsync<Service>("{apiVersion: v1, kind: Service, metadata: {name: web, namespace: default, annotations: {service.kubernetes.io/topology-mode: Auto}}, spec: {selector: {app: web}, ports: [{port: 80}]}}");
        foreach (var node in (string[])["a", "b"])
            await cluster.CreateAsync<Pod>($"{{apiVersion: v1, kind: Pod, metadata: {{name: p{node}, namespace: default, labels: {{app: web}}}}, spec: {{nodeName: {node}, containers: [{{name: c, image: weft/x}}]}}}}");
        await cluster.UntilAsync<EndpointSlice>(all => all.Any(slice => slice.Endpoints is [{ Hints.ForZones: [{ Name: "a" }] }, { Hints.ForZones: [{ Name: "b" }] }]));
        await cluster.UntilAsync<EventObject>(all => all.Any(one => one.Reason == "TopologyAwareHintsEnabled" && one.InvolvedObject?.Name == "web"));
        await cluster.Client.ModifyAsync<Service>("default", "web", service => service with { Metadata = service.Metadata with { Annotations = default } });
        await cluster.UntilAsync<EndpointSlice>(all => all.Any(slice => slice.Endpoints is [{ Hints: null }, { Hints: null }]));
        await cluster.UntilAsync<EventObject>(all => all.Any(one => one is { Reason: "TopologyAwareHintsDisabled", Message: "Topology Aware Hints has been disabled, addressType: IPv4" }));
    }

    [Fact]
    public void Addresses_that_cannot_be_mirrored_are_counted()
    {
        var many = Enumerable.Range(0, 1003).Select(i => new EndpointAddress { Ip = i == 0 ? "none" : $"10.0.{i / 250}.{i % 250}" });
        Assert.Equal((1, 3), MirroredGroups.Skipped(new Endpoints { Subsets = [new() { Addresses = [.. many] }] }));
    }

    private static ZoneShares Shares(string nodes) => ZoneShares.Of(nodes.Split(' ').Select(node => Node(node[..1], node[2..])));

    private static List<Endpoint> Endpoints(string zones) => [.. zones.Select(zone => new Endpoint { Zone = zone == '-' ? null : $"{zone}" })];

    private static KubeNode Node(string zone, string cpu, string role = "worker", bool ready = true) => new()
    {
        Metadata = new() { Labels = StringMap.Of(("topology.kubernetes.io/zone", zone), (role, "")) },
        Status = new() { Allocatable = StringMap.Of(("cpu", cpu)), Conditions = [new() { Type = "Ready", Status = ready ? "True" : "False" }] },
    };
}
