using FsCheck;
using FsCheck.Fluent;
using Weft.Compilers.Announcing;
using Weft.Compilers.Clusters;
using Weft.Kubernetes;
using Weft.Model;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Tests.Announcing;

public sealed class AnnouncementTests
{
    private static readonly ClusterSettings Settings = new() { LoadBalancerRanges = [IpRange.Parse("192.0.2.0/24"), IpRange.Parse("2001:db8::/112")] };
    private static readonly KubeNode[] Nodes = [Node("a"), Node("b"), Node("c")];

    [Fact]
    public void An_address_outside_of_the_ranges_is_left_to_others()
    {
        Assert.Empty(Compile(Nodes, Service("web", "198.51.100.1")));
        Assert.Empty(AnnouncementCompiler.Compile(Nodes, new ClusterSettings(), [Service("web", "192.0.2.1")], null));
    }

    [Fact]
    public void Another_class_another_type_and_mode_proxy_are_left_to_others()
    {
        var mine = Service("web", "192.0.2.1");
        Assert.Single(Compile(Nodes, With(mine, spec => spec with { LoadBalancerClass = LoadBalancers.Class })));
        Assert.Empty(Compile(Nodes, With(mine, spec => spec with { LoadBalancerClass = "example.com/other" })));
        Assert.Empty(Compile(Nodes, With(mine, spec => spec with { Type = "NodePort" })));
        var proxied = new LoadBalancerStatus { Ingress = [new() { Ip = "192.0.2.1", IpMode = "Proxy" }] };
        Assert.Empty(Compile(Nodes, mine with { Service = mine.Service with { Status = new() { LoadBalancer = proxied } } }));
    }

    [Fact]
    public void A_node_that_is_not_ready_excluded_about_to_go_or_silent_does_not_announce()
    {
        var service = Service("web", "192.0.2.1");
        var bad = new[]
        {
            Node("a") with { Status = new() { Conditions = [new() { Type = "Ready", Status = "Unknown" }] } },
            Labelled("b", "node.kubernetes.io/exclude-from-external-load-balancers", ""),
            Node("c") with { Metadata = new() { Name = "c", DeletionTimestamp = DateTimeOffset.UnixEpoch } },
            Node("d") with { Spec = new() { Taints = [new() { Key = "ToBeDeletedByClusterAutoscaler" }] } },
        };
        Assert.Equal("e", Compile([.. bad, Node("e")], service)[0].Node);
        var none = Compile(bad, service)[0];
        Assert.Null(none.Node);
        Assert.Contains("no node", none.Reason, StringComparison.Ordinal);
        Assert.Equal("b", AnnouncementCompiler.Compile(Nodes, Settings, [service], new HashSet<string> { "b" })[0].Node);
        Assert.Equal("f", AnnouncementCompiler.Compile([.. Nodes, Labelled("f", "edge", "")], Settings with { LoadBalancerNodes = LabelSelector.Parse("edge") }, [service], null)[0].Node);
    }

    [Fact]
    public void With_the_external_policy_local_only_a_node_with_a_ready_endpoint_of_the_family_announces()
    {
        var service = With(Service("web", "192.0.2.1", "2001:db8::1"), spec => spec with { ExternalTrafficPolicy = "Local" });
        var slices = new[] { Slice("IPv4", ("b", true, false), ("a", false, true)), Slice("IPv6", ("c", true, false)) };
        var both = Compile(Nodes, service with { Slices = [.. slices] });
        Assert.Equal(["b", "c"], both.Select(announcement => announcement.Node));
        var ending = Compile(Nodes, service with { Slices = [Slice("IPv4", ("a", false, true), ("b", false, false))] });
        Assert.Equal(["a", null], ending.Select(announcement => announcement.Node));
        Assert.Contains("externalTrafficPolicy", ending[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_address_goes_to_one_candidate_and_stays_there_while_others_come_and_go() => Prop.ForAll(
        Arb.From(
            from address in ArbMap.Default.GeneratorFor<uint>()
            from count in Gen.Choose(2, 20)
            from gone in Gen.Choose(0, count - 1)
            select (address, count, gone)),
        drawn =>
        {
            var names = Enumerable.Range(0, drawn.count).Select(i => $"worker-{i}").ToList();
            var address = IpAddress.V4(drawn.address);
            var chosen = Rendezvous.Choose(address, names);
            names.Reverse();
            Assert.Equal(chosen, Rendezvous.Choose(address, names));
            var left = Rendezvous.Choose(address, names.Where(name => name != $"worker-{drawn.gone}"));
            Assert.True(chosen == $"worker-{drawn.gone}" ? left != chosen : left == chosen);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Addresses_spread_over_the_nodes()
    {
        var names = Enumerable.Range(1, 4).Select(i => $"node{i}").ToList();
        var shares = Enumerable.Range(0, 4000).GroupBy(i => Rendezvous.Choose(IpAddress.V4(0xC0000200 + (uint)i), names)).Select(group => group.Count());
        Assert.All(shares, share => Assert.InRange(share, 800, 1200));
    }

    private static EquatableArray<Announcement> Compile(IEnumerable<KubeNode> nodes, params ServiceObjects[] services) => AnnouncementCompiler.Compile(nodes, Settings, services, null);

    private static KubeNode Node(string name) => new()
    {
        Metadata = new() { Name = name },
        Status = new() { Conditions = [new() { Type = "Ready", Status = "True" }] },
    };

    private static KubeNode Labelled(string name, string key, string value) => Node(name) with { Metadata = new() { Name = name, Labels = StringMap.Of((key, value)) } };

    private static ServiceObjects With(ServiceObjects objects, Func<ServiceSpec, ServiceSpec> change) => objects with { Service = objects.Service with { Spec = change(objects.Service.Spec) } };

    private static ServiceObjects Service(string name, params string[] addresses) => new(
        new Service
        {
            Metadata = new() { Name = name, Namespace = "default" },
            Spec = new() { Type = "LoadBalancer" },
            Status = new() { LoadBalancer = new() { Ingress = [.. addresses.Select(address => new LoadBalancerIngress { Ip = address })] } },
        },
        []);

    private static EndpointSlice Slice(string family, params (string Node, bool Ready, bool Terminating)[] endpoints) => new()
    {
        Metadata = new() { Name = family },
        AddressType = family,
        Endpoints = [.. endpoints.Select(endpoint => new Endpoint { NodeName = endpoint.Node, Conditions = new() { Ready = endpoint.Ready, Serving = true, Terminating = endpoint.Terminating } })],
    };
}
