using Weft.Kubernetes;
using Weft.Model.Services;

namespace Weft.KernelTests.Services.Matrix;

/// <content>Which endpoints serve, and how connections are spread over them.</content>
public abstract partial class ServiceMatrix
{
    private static readonly TimeSpan LongerThanAffinity = TimeSpan.FromMilliseconds(1100);

    [Theory, Feature("connections are spread evenly (chi-square)")]
    public void Connections_are_spread_evenly(bool v6)
    {
        World.Serve(Web(All).Objects);
        const int connections = 240;
        var counts = All.ToDictionary(pod => pod, _ => 0);
        for (var i = 0; i < connections; i++)
            counts[Caller.Ask(World.Pod("near-3").Namespace, WebService.ClusterIp(v6), 80, L4Protocol.Tcp).Pod]++;

        // With two degrees of freedom a fair choice exceeds this once in 10^9 times: exp(-41.4 / 2).
        const double bound = 41.4;
        var expected = (double)connections / All.Length;
        var deviation = counts.Values.Sum(count => (count - expected) * (count - expected) / expected);
        Assert.True(deviation < bound, $"{string.Join(", ", counts)}: chi-square {deviation}");
    }

    [Theory, Feature("sessionAffinity ClientIP, until the endpoint leaves")]
    public void A_client_keeps_its_endpoint_until_that_leaves(bool v6)
    {
        World.Serve(Web(All).Sticky(600).Objects);
        foreach (var client in Inside(v6))
            Stays(client, All);
        var left = Stays(Pod("near-3", v6), All);
        var rest = All.Except([left]).ToArray();
        World.Serve(Web(rest).Sticky(600).Objects);
        foreach (var client in Inside(v6))
            Stays(client, rest);

        string Stays(Client client, string[] pods)
        {
            var first = Caller.Ask(client.From, WebService.ClusterIp(v6), 80).Pod;
            Assert.Contains(first, pods);
            for (var i = 0; i < 8; i++)
                Served(client, [first], WebService.ClusterIp(v6), 80);
            return first;
        }
    }

    [Theory, Feature("affinity holds for all addresses of a port")]
    [Except("ipvs", "for each address by itself")]
    public void A_client_keeps_its_endpoint_at_every_address(bool v6)
    {
        World.Serve(Web(All).NodePorts().Sticky(600).Objects);
        var client = Pod("near-3", v6);
        var byAddress = Caller.Ask(client.From, WebService.ClusterIp(v6), 80).Pod;
        var byPort = Caller.Ask(client.From, World.NodeAddress(0, v6), 30080).Pod;
        if (!IsExcepted())
            Assert.Equal(byAddress, byPort);
        for (var i = 0; i < 8; i++)
        {
            Served(client, [byAddress], WebService.ClusterIp(v6), 80);
            Served(client, [byPort], World.NodeAddress(0, v6), 30080);
        }
    }

    [Theory, Feature("affinity ends some time after the last connection")]
    [Except("ipvs", "once the client's ended connections are forgotten, too")]
    public void A_client_is_free_again_after_the_timeout(bool v6)
    {
        World.Serve(Web(All).Sticky(1).Objects);
        var client = Pod("far-2", v6).From;
        var first = Caller.Ask(client, WebService.ClusterIp(v6), 80).Pod;
        if (IsExcepted())
            return;

        // The same one is chosen again in one of three cases.
        var other = first;
        for (var i = 0; i < 50 && other == first; i++)
        {
            Thread.Sleep(LongerThanAffinity);
            other = Caller.Ask(client, WebService.ClusterIp(v6), 80).Pod;
        }

        Assert.NotEqual(first, other);
    }

    [Theory, Feature("terminating endpoints serve when no other is left, in the cluster or on the node")]
    public void Terminating_endpoints_serve_when_there_are_no_others(bool v6)
    {
        World.Serve(Web(Near).Terminating().Objects);
        Served(Pod("near-3", v6), Near, WebService.ClusterIp(v6), 80);
        World.Serve(Web(Near).Terminating("near-1").Objects);
        Served(Pod("near-3", v6), ["near-2"], WebService.ClusterIp(v6), 80);

        var local = Web("near-1", "far-1").Terminating("near-1").NodePorts().With(spec => spec with { ExternalTrafficPolicy = "Local" });
        World.Serve(local.Objects);
        Served(Outside(v6), ["near-1"], World.NodeAddress(0, v6), 30080, seen: Seen.TheClient);
        Served(Pod("near-3", v6), ["far-1"], WebService.ClusterIp(v6), 80);
    }

    [Theory, Feature("publishNotReadyAddresses; others that are not ready get nothing")]
    public void Endpoints_serve_as_their_slices_say(bool v6)
    {
        // Who writes slices knows of publishNotReadyAddresses and calls every endpoint ready.
        World.Serve(Web(Near).With(spec => spec with { PublishNotReadyAddresses = true }).Endpoints(NotReady("near-1", ready: true)).Objects);
        Served(Pod("near-3", v6), Near, WebService.ClusterIp(v6), 80);
        World.Serve(Web(Near).Endpoints(NotReady("near-1", ready: false)).Objects);
        Served(Pod("near-3", v6), ["near-2"], WebService.ClusterIp(v6), 80);

        static Func<Endpoint, Endpoint> NotReady(string pod, bool ready) => endpoint => endpoint.TargetRef!.Name == pod
            ? endpoint with { Conditions = new() { Ready = ready, Serving = false, Terminating = false } }
            : endpoint;
    }

    [Theory, Feature("trafficDistribution and topology hints: zones")]
    public void Hints_keep_connections_in_the_zone(bool v6)
    {
        WebService Hinted(params string[] without) => Web([.. Near, .. Far]).With(spec => spec with { TrafficDistribution = "PreferClose" }).Endpoints(
            endpoint => without.Contains(endpoint.TargetRef!.Name) ? endpoint : endpoint with { Hints = new() { ForZones = [new NamedItem(endpoint.Zone!)] } });
        World.Serve(Hinted().NodePorts().Objects);
        Served(Pod("near-3", v6), Near, WebService.ClusterIp(v6), 80);
        Served(Pod("far-3", v6), Far, WebService.ClusterIp(v6), 80);
        Served(Node(1, v6), Far, WebService.ClusterIp(v6), 80);
        Served(Outside(v6), Near, World.NodeAddress(0, v6), 30080);
        World.Serve(Hinted(without: "far-1").Objects);
        Served(Pod("near-3", v6), [.. Near, .. Far], WebService.ClusterIp(v6), 80);
    }

    [Theory, Feature("trafficDistribution and topology hints: nodes")]
    public void Hints_keep_connections_on_the_node(bool v6)
    {
        World.Serve(Web([.. Near, .. Far]).With(spec => spec with { TrafficDistribution = "PreferSameNode" }).Endpoints(
            endpoint => endpoint with { Hints = new() { ForNodes = [new NamedItem(endpoint.NodeName!)], ForZones = [new NamedItem(endpoint.Zone!)] } }).Objects);
        Served(Pod("near-3", v6), Near, WebService.ClusterIp(v6), 80);
        Served(Node(0, v6), Near, WebService.ClusterIp(v6), 80);
        Served(Pod("far-3", v6), Far, WebService.ClusterIp(v6), 80);
    }

    [Theory, Feature("Services without selector, with endpoints outside the cluster")]
    public void Endpoints_may_be_outside_the_cluster(bool v6)
    {
        World.Serve(Web("near-1").Endpoints(endpoint => endpoint with
        {
            Addresses = [ServiceWorld.OutsideAddress(endpoint.Addresses[0].Contains(':')).ToString()], NodeName = null, TargetRef = null,
        }).Objects);
        foreach (var client in Inside(v6))
            Served(client, ["outside"], WebService.ClusterIp(v6), 80);
    }
}
