using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Services;
using Weft.Netlink.Namespaces;

namespace Weft.KernelTests.Services.Matrix;

/// <summary>What Services promise, with real packets, for one target. Each test runs for IPv4 and IPv6.</summary>
/// <param name="fixture">The world, shared by the tests of a class.</param>
public abstract class ServiceMatrix(WorldFixture fixture)
{
    private static readonly string[] Near = ["near-1", "near-2"];
    private static readonly string[] Everybody = ["near-1", "near-2", "far-1"];

    private ServiceWorld World => fixture.World;

    [Theory, InlineData(false), InlineData(true)]
    public void A_cluster_ip_leads_to_every_endpoint_and_keeps_the_clients_address(bool v6)
    {
        World.Serve(World.Service(spec => spec, Everybody));
        foreach (var protocol in (L4Protocol[])[L4Protocol.Tcp, L4Protocol.Udp])
        {
            AssertSpread(Everybody, World.Pod("near-3"), ClusterIp(v6), 80, protocol, World.PodAddress("near-3", v6));
            AssertSpread(Everybody, World.Pod("far-3"), ClusterIp(v6), 80, protocol, World.PodAddress("far-3", v6));
            AssertSpread(Everybody, World.Node(0), ClusterIp(v6), 80, protocol, client: null);
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_client_outside_reaches_a_cluster_ip_under_a_nodes_address(bool v6)
    {
        World.Serve(World.Service(spec => spec, "far-1", "far-2"));
        var answer = Caller.Ask(World.Outside, ClusterIp(v6), 80);
        Assert.StartsWith("far-", answer.Pod);
        Assert.NotEqual(ServiceWorld.OutsideAddress(v6), answer.Client);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_pod_reaches_itself_through_its_service(bool v6)
    {
        World.Serve(World.Service(spec => spec, "near-1"));
        foreach (var protocol in (L4Protocol[])[L4Protocol.Tcp, L4Protocol.Udp])
            Assert.Equal("near-1", Caller.Ask(World.Pod("near-1"), ClusterIp(v6), 80, protocol).Pod);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Without_endpoints_connections_are_refused(bool v6)
    {
        World.Serve(World.Service(spec => NodePort(spec) with { ExternalIPs = External }));
        foreach (var protocol in (L4Protocol[])[L4Protocol.Tcp, L4Protocol.Udp])
        {
            Assert.Equal(Answer.Refusal, Caller.Ask(World.Pod("near-3"), ClusterIp(v6), 80, protocol));
            Assert.Equal(Answer.Refusal, Caller.Ask(World.Node(1), ClusterIp(v6), 80, protocol));
            Assert.Equal(Answer.Refusal, Caller.Ask(World.Outside, ExternalIp(v6), 80, protocol));
            Assert.Equal(Answer.Refusal, Caller.Ask(World.Outside, World.NodeAddress(0, v6), NodePortOf(protocol), protocol));
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_port_that_a_cluster_ip_does_not_serve_is_refused(bool v6)
    {
        World.Serve(World.Service(spec => spec, Near));
        Assert.Equal(Answer.Refusal, Caller.Ask(World.Pod("near-3"), ClusterIp(v6), 81));
        Assert.Equal(Answer.Refusal, Caller.Ask(World.Node(0), ClusterIp(v6), 81));
        Assert.NotEqual("", Caller.Ask(World.Pod("near-3"), ClusterIp(v6), 80).Pod);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_node_port_leads_to_every_endpoint_from_any_node(bool v6)
    {
        World.Serve(World.Service(NodePort, Everybody));
        foreach (var protocol in (L4Protocol[])[L4Protocol.Tcp, L4Protocol.Udp])
        {
            for (var node = 0; node < 2; node++)
            {
                AssertSpread(Everybody, World.Outside, World.NodeAddress(node, v6), NodePortOf(protocol), protocol, client: null);
                AssertSpread(Everybody, World.Pod("near-3"), World.NodeAddress(node, v6), NodePortOf(protocol), protocol, client: null);
            }

            AssertSpread(Everybody, World.Node(0), World.NodeAddress(0, v6), NodePortOf(protocol), protocol, client: null);
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public void External_policy_local_keeps_the_client_and_drops_where_no_endpoint_is(bool v6)
    {
        World.Serve(World.Service(spec => NodePort(spec) with { ExternalTrafficPolicy = "Local" }, Near));
        AssertSpread(Near, World.Outside, World.NodeAddress(0, v6), 30080, L4Protocol.Tcp, ServiceWorld.OutsideAddress(v6));
        Assert.Equal(Answer.Silence, Caller.Ask(World.Outside, World.NodeAddress(1, v6), 30080, expectSilence: true));
        AssertSpread(Near, World.Pod("far-3"), World.NodeAddress(1, v6), 30080, L4Protocol.Tcp, client: null);
        AssertSpread(Near, World.Node(1), World.NodeAddress(1, v6), 30080, L4Protocol.Tcp, client: null);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Internal_policy_local_stays_on_the_node(bool v6)
    {
        World.Serve(World.Service(spec => spec with { InternalTrafficPolicy = "Local" }, "near-1", "near-2"));
        AssertSpread(Near, World.Pod("near-3"), ClusterIp(v6), 80, L4Protocol.Tcp, World.PodAddress("near-3", v6));
        Assert.Equal(Answer.Silence, Caller.Ask(World.Pod("far-3"), ClusterIp(v6), 80, expectSilence: true));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void External_and_balancer_addresses_lead_to_endpoints_from_outside_and_inside(bool v6)
    {
        World.Serve(World.Service(spec => spec with { Type = "LoadBalancer", ExternalIPs = External }, Everybody));
        foreach (var address in (IpAddress[])[ExternalIp(v6), BalancerIp(v6)])
        {
            AssertSpread(Everybody, World.Outside, address, 80, L4Protocol.Tcp, client: null);
            AssertSpread(Everybody, World.Pod("far-3"), address, 80, L4Protocol.Tcp, client: null);
            AssertSpread(Everybody, World.Node(1), address, 80, L4Protocol.Udp, client: null);
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Source_ranges_admit_whom_they_list(bool v6)
    {
        var own = new IpPrefix(ServiceWorld.OutsideAddress(v6), v6 ? 128 : 32).ToString();
        World.Serve(World.Service(spec => spec with { Type = "LoadBalancer", LoadBalancerSourceRanges = [own] }, Everybody));
        AssertSpread(Everybody, World.Outside, BalancerIp(v6), 80, L4Protocol.Tcp, client: null);
        Assert.Equal(Answer.Silence, Caller.Ask(World.Outside, BalancerIp(!v6), 80, expectSilence: true));
        World.Serve(World.Service(spec => spec with { Type = "LoadBalancer", LoadBalancerSourceRanges = ["203.0.113.0/24", "2001:db8:113::/64"] }, Everybody));
        Assert.Equal(Answer.Silence, Caller.Ask(World.Outside, BalancerIp(v6), 80, expectSilence: true));
        Assert.NotEqual("", Caller.Ask(World.Pod("near-3"), ClusterIp(v6), 80).Pod);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_client_keeps_its_endpoint_until_that_leaves(bool v6)
    {
        static ServiceSpec Sticky(ServiceSpec spec) =>
            spec with { SessionAffinity = "ClientIP", SessionAffinityConfig = new() { ClientIP = new() { TimeoutSeconds = 600 } } };
        World.Serve(World.Service(Sticky, Everybody));
        var first = Caller.Ask(World.Pod("near-3"), ClusterIp(v6), 80).Pod;
        for (var i = 0; i < 12; i++)
            Assert.Equal(first, Caller.Ask(World.Pod("near-3"), ClusterIp(v6), 80).Pod);
        var rest = Everybody.Except([first]).ToArray();
        World.Serve(World.Service(Sticky, rest));
        var second = Caller.Ask(World.Pod("near-3"), ClusterIp(v6), 80).Pod;
        Assert.Contains(second, rest);
        for (var i = 0; i < 12; i++)
            Assert.Equal(second, Caller.Ask(World.Pod("near-3"), ClusterIp(v6), 80).Pod);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Terminating_endpoints_serve_when_there_are_no_others(bool v6)
    {
        static Endpoint Leaving(Endpoint endpoint) =>
            endpoint with { Conditions = new EndpointConditions { Ready = false, Serving = true, Terminating = true } };
        World.Serve(World.Service(spec => spec, Leaving, Near));
        AssertSpread(Near, World.Pod("near-3"), ClusterIp(v6), 80, L4Protocol.Tcp, client: null);
        World.Serve(World.Service(spec => spec, endpoint => endpoint.TargetRef!.Name == "near-1" ? Leaving(endpoint) : endpoint, Near));
        AssertSpread(["near-2"], World.Pod("near-3"), ClusterIp(v6), 80, L4Protocol.Tcp, client: null);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Hints_keep_connections_in_the_zone(bool v6)
    {
        World.Serve(World.Service(
            spec => spec with { TrafficDistribution = "PreferClose" },
            endpoint => endpoint with { Hints = new EndpointHints { ForZones = [new NamedItem(endpoint.Zone!)] } },
            "near-1", "near-2", "far-1", "far-2"));
        AssertSpread(Near, World.Pod("near-3"), ClusterIp(v6), 80, L4Protocol.Tcp, client: null);
        AssertSpread(["far-1", "far-2"], World.Pod("far-3"), ClusterIp(v6), 80, L4Protocol.Tcp, client: null);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_headless_service_and_one_that_is_gone_program_nothing(bool v6)
    {
        World.Serve(World.Service(spec => spec, Near));
        Assert.NotEqual("", Caller.Ask(World.Pod("near-3"), ClusterIp(v6), 80).Pod);
        World.Serve(World.Service(spec => spec with { ClusterIP = "None", ClusterIPs = ["None"] }, Near));
        Assert.Equal("", Caller.Ask(World.Pod("near-3"), ClusterIp(v6), 80, expectSilence: true).Pod);
        World.Serve();
        Assert.Equal("", Caller.Ask(World.Pod("near-3"), ClusterIp(v6), 80, expectSilence: true).Pod);
    }

    private static readonly EquatableArray<string> External = ["198.51.100.9", "2001:db8:51::9"];

    private static IpAddress ClusterIp(bool v6) => IpAddress.Parse(v6 ? "fd96::9" : "10.96.0.9");

    private static IpAddress ExternalIp(bool v6) => IpAddress.Parse(External[v6 ? 1 : 0]);

    private static IpAddress BalancerIp(bool v6) => IpAddress.Parse(v6 ? "2001:db8:51::7" : "198.51.100.7");

    private static ushort NodePortOf(L4Protocol protocol) => (ushort)(protocol == L4Protocol.Tcp ? 30080 : 30081);

    private static ServiceSpec NodePort(ServiceSpec spec) => spec with
    {
        Type = "NodePort",
        Ports = [spec.Ports[0] with { NodePort = 30080 }, spec.Ports[1] with { NodePort = 30081 }],
    };

    /// <summary>Every expected pod answers within a bounded number of connections, and nobody else does.</summary>
    private static void AssertSpread(string[] pods, NetworkNamespace from, IpAddress address, ushort port, L4Protocol protocol, IpAddress? client)
    {
        // With three endpoints, 60 fair choices miss one of them once in 10^10 times.
        var missing = pods.ToHashSet();
        for (var i = 0; i < 60 && missing.Count > 0; i++)
        {
            var answer = Caller.Ask(from, address, port, protocol);
            Assert.Contains(answer.Pod, pods);
            if (client is not null)
                Assert.Equal(client, answer.Client);
            missing.Remove(answer.Pod);
        }

        Assert.Empty(missing);
    }
}
