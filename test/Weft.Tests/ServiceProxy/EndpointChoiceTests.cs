using Weft.Kubernetes;
using static Weft.Tests.ServiceProxy.TestServices;

namespace Weft.Tests.ServiceProxy;

/// <summary>Which endpoints serve: readiness, termination, locality, topology.</summary>
public sealed class EndpointChoiceTests
{
    private static readonly Service Web = Service("web", "10.96.0.1");

    [Fact]
    public void Ready_endpoints_serve_and_those_of_this_node_are_local()
    {
        var port = Port(Web, Slice("a", At("10.244.2.7"), At("10.244.1.5", Self), At("10.244.2.8").With(ready: false)));
        Assert.Equal(["10.244.1.5:8080", "10.244.2.7:8080"], port.ClusterBackends.Text());
        Assert.Equal(["10.244.1.5:8080"], port.LocalBackends.Text());
        Assert.True(port.HasAnyBackend);
    }

    [Fact]
    public void Without_ready_ones_terminating_endpoints_that_serve_take_over()
    {
        var leaving = At("10.244.1.5", Self).With(ready: false, serving: true, terminating: true);
        var gone = At("10.244.2.6").With(ready: false, serving: false, terminating: true);
        Assert.Equal(["10.244.1.5:8080"], Port(Web, Slice("a", leaving, gone)).ClusterBackends.Text());
        Assert.Equal(["10.244.2.7:8080"], Port(Web, Slice("a", leaving, At("10.244.2.7"))).ClusterBackends.Text());
    }

    [Fact]
    public void Terminating_ones_serve_local_traffic_while_ready_ones_elsewhere_serve_the_rest()
    {
        var port = Port(Web, Slice("a", At("10.244.1.5", Self).With(ready: false, serving: true, terminating: true), At("10.244.2.7")));
        Assert.Equal(["10.244.2.7:8080"], port.ClusterBackends.Text());
        Assert.Equal(["10.244.1.5:8080"], port.LocalBackends.Text());
    }

    [Fact]
    public void What_is_neither_ready_nor_terminating_never_serves()
    {
        var port = Port(Web, Slice("a", At("10.244.1.5", Self).With(ready: false, serving: true)));
        Assert.Empty(port.ClusterBackends);
        Assert.False(port.HasAnyBackend);
    }

    [Fact]
    public void Zone_hints_count_when_all_ready_endpoints_have_them_and_one_is_for_this_zone()
    {
        var (a, b) = (At("10.244.2.1").ForZone("a"), At("10.244.2.2").ForZone("b"));
        Assert.Equal(["10.244.2.1:8080"], Port(Web, Slice("s", a, b)).ClusterBackends.Text());
        Assert.Equal(2, Port(Web, Slice("s", b, At("10.244.2.3").ForZone("c"))).ClusterBackends.Count);
        Assert.Equal(3, Port(Web, Slice("s", a, b, At("10.244.2.3"))).ClusterBackends.Count);
        Assert.Single(Port(Web, Slice("s", a, b, At("10.244.2.3").With(ready: false))).ClusterBackends);
    }

    [Fact]
    public void Node_hints_go_before_zone_hints()
    {
        var here = At("10.244.1.1", Self).ForZone("a").ForNode(Self);
        var near = At("10.244.2.2").ForZone("a").ForNode("node2");
        Assert.Equal(["10.244.1.1:8080"], Port(Web, Slice("s", here, near)).ClusterBackends.Text());
        Assert.Equal(["10.244.2.2:8080"], Port(Web, Slice("s", near, At("10.244.3.3").ForZone("b").ForNode("node3"))).ClusterBackends.Text());
    }

    [Fact]
    public void Hints_do_not_keep_local_traffic_from_local_endpoints()
    {
        var port = Port(Web, Slice("s", At("10.244.1.1", Self).ForZone("b"), At("10.244.2.2").ForZone("a")));
        Assert.Equal(["10.244.2.2:8080"], port.ClusterBackends.Text());
        Assert.Equal(["10.244.1.1:8080"], port.LocalBackends.Text());
    }

    [Fact]
    public void An_address_in_two_slices_counts_once_and_ready_wins()
    {
        var port = Port(Web, Slice("a", At("10.244.2.7").With(ready: false)), Slice("b", At("10.244.2.7"), At("10.244.2.7")));
        Assert.Equal(["10.244.2.7:8080"], port.ClusterBackends.Text());
    }

    [Fact]
    public void Ports_are_found_by_name_and_protocol()
    {
        var service = Service("dns", "10.96.0.10", new ServicePort { Name = "dns", Port = 53, Protocol = "UDP" }, new ServicePort { Name = "dns-tcp", Port = 53 });
        var slice = Slice("a", At("10.244.2.7")) with
        {
            Ports =
            [
                new EndpointPort { Name = "dns", Port = 5300, Protocol = "UDP" }, new EndpointPort { Name = "dns-tcp", Port = 5301 },
                new EndpointPort { Name = "metrics", Port = 9153 }, new EndpointPort { Name = "dns" },
            ],
        };
        var table = Compile(service, slice).Table;
        Assert.Equal(["10.244.2.7:5300"], table.Ports[0].ClusterBackends.Text());
        Assert.Equal(["10.244.2.7:5301"], table.Ports[1].ClusterBackends.Text());
    }

    [Fact]
    public void Slices_of_names_and_of_others_are_left_alone()
    {
        var fqdn = Slice("a", At("example.org")) with { AddressType = "FQDN" };
        var headless = Slice("b", At("10.244.2.9"));
        headless = headless with { Metadata = headless.Metadata with { Labels = StringMap.Of(("service.kubernetes.io/headless", "")) } };
        Assert.Empty(Port(Web, fqdn, headless).ClusterBackends);
    }

    [Theory]
    [InlineData("127.0.0.1", "a loopback address")]
    [InlineData("169.254.1.1", "link-local")]
    [InlineData("0.0.0.0", "unspecified")]
    [InlineData("224.0.0.5", "multicast")]
    [InlineData("10.244.2", "is not an IPv4 address")]
    [InlineData("fd44::1", "is not an IPv4 address")]
    [InlineData("", "is not an IPv4 address")]
    public void Impossible_endpoints_are_problems_and_leave_the_others(string address, string expected)
    {
        var (table, problems) = Compile(Web, Slice("a", At(address), At("10.244.2.7")));
        Assert.Equal(["10.244.2.7:8080"], table.Ports[0].ClusterBackends.Text());
        var problem = Assert.Single(problems);
        Assert.Equal(("EndpointSlice default/a", "InvalidEndpoint"), (problem.Object, problem.Reason));
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Five_thousand_endpoints_in_one_slice_all_serve()
    {
        var endpoints = Enumerable.Range(0, 5000).Select(number => At($"10.{100 + (number / 65536)}.{number / 256 % 256}.{number % 256}")).ToArray();
        Assert.Equal(5000, Port(Web, Slice("a", endpoints)).ClusterBackends.Count);
    }
}
