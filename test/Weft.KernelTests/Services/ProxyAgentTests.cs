using System.Net;
using System.Net.Sockets;
using Weft.Compilers.Services.Nftables;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Conntrack;

namespace Weft.KernelTests.Services;

/// <summary>The proxy part of the agent: restarts, what others do to its tables, an API server that is away, connections.</summary>
public sealed class ProxyAgentTests
{
    [Fact]
    public async Task A_restart_adopts_what_it_finds_and_connections_go_on()
    {
        await using var node = await ProxyAgentNode.StartAsync();
        using var server = EchoServer.Tcp(node.Namespace, node.AddPodAddress(1));
        var service = await node.CreateServiceAsync("web", "TCP");
        await node.PutEndpointsAsync("web", "TCP", server.Address);
        await node.UntilProgrammedAsync();
        using var connection = await EchoServer.ConnectAsync(node.Namespace, service);
        await EchoServer.AskAsync(connection);
        await node.StopAgentAsync();
        var before = node.Filter.Generation();

        await EchoServer.AskAsync(connection);
        (await EchoServer.ConnectAsync(node.Namespace, service)).Dispose();
        node.StartAgent();
        await node.UntilAsync(() => node.Metric("weft_proxy_turns_total") >= 1);
        Assert.Equal(before, node.Filter.Generation());
        await EchoServer.AskAsync(connection);
        (await EchoServer.ConnectAsync(node.Namespace, service)).Dispose();
    }

    [Fact]
    public async Task What_others_do_to_its_tables_is_undone()
    {
        await using var node = await ProxyAgentNode.StartAsync();
        await node.CreateServiceAsync("web", "TCP");
        await node.PutEndpointsAsync("web", "TCP", IpAddress.Parse("10.244.1.1"), IpAddress.Parse("10.244.1.2"));
        await node.UntilProgrammedAsync();
        var id = NftServiceProgram.Tables[0];
        var table = node.Filter.ReadBack([id]).Ruleset.Find(id)!;
        var backends = table.FindSet("backends")!;
        NftBatch[] faults =
        [
            new([new NftDeleteElements(id, backends, [backends.Elements[0]])]),
            new([new NftFlushChain(id, table.Chains.First(chain => chain.Rules.Count > 0).Name)]),
            new([new NftAddChain(id, "theirs")]),
            new([new NftDeleteTable(id)]),
        ];
        for (var i = 0; i < faults.Length; i++)
        {
            node.Filter.Apply(faults[i]);
            await node.UntilProgrammedAsync();
            await node.UntilAsync(() => node.Metric("weft_proxy_repairs_total") >= i + 1);
        }

        await node.UntilAsync(() => node.Metric("weft_proxy_foreign_changes_total") >= faults.Length);
    }

    [Fact]
    public async Task A_storm_of_changes_by_others_hides_nothing()
    {
        var foreign = new NftTableId(NftFamily.Ip, "foreign");
        var set = new NftSet("s", NftType.Ipv4Address) { Elements = [.. Enumerable.Range(1, 20_000).Select(i => new NftElement(NftData.Of(IpAddress.V4((uint)i))))] };
        var storm = NftDiff.Between(NftRuleset.Empty, new NftRuleset { Tables = [new NftTable(NftFamily.Ip, foreign.Name) { Sets = [set] }] });
        await using var node = await ProxyAgentNode.StartAsync();
        await node.CreateServiceAsync("web", "TCP");
        await node.PutEndpointsAsync("web", "TCP", IpAddress.Parse("10.244.1.1"));
        await node.UntilProgrammedAsync();
        for (var i = 0; i < 5; i++)
        {
            node.Filter.Apply(storm);
            node.Filter.Apply(new NftBatch([new NftDeleteTable(NftServiceProgram.Tables[0]), new NftDeleteTable(foreign)]));
            await node.PutEndpointsAsync("web", "TCP", IpAddress.Parse("10.244.1.1"), IpAddress.Parse($"10.244.1.{i + 2}"));
        }

        await node.UntilProgrammedAsync();
    }

    [Fact]
    public async Task While_the_API_server_is_away_Services_work_and_are_repaired_and_what_was_missed_is_made_up_for()
    {
        await using var node = await ProxyAgentNode.StartAsync();
        using var server = EchoServer.Tcp(node.Namespace, node.AddPodAddress(1));
        var service = await node.CreateServiceAsync("web", "TCP");
        await node.PutEndpointsAsync("web", "TCP", server.Address);
        await node.UntilProgrammedAsync();
        await node.StopServerAsync();
        (await EchoServer.ConnectAsync(node.Namespace, service)).Dispose();
        node.Filter.Apply(new NftBatch([new NftDeleteTable(NftServiceProgram.Tables[0])]));
        await node.UntilAsync(() => node.Metric("weft_proxy_repairs_total") >= 1);
        (await EchoServer.ConnectAsync(node.Namespace, service)).Dispose();

        await node.StartServerAsync();
        var other = await node.CreateServiceAsync("other", "TCP");
        await node.PutEndpointsAsync("other", "TCP", server.Address);
        await node.UntilProgrammedAsync();
        (await EchoServer.ConnectAsync(node.Namespace, other)).Dispose();
    }

    [Fact]
    public async Task A_udp_client_is_served_by_those_who_are_left()
    {
        await using var node = await ProxyAgentNode.StartAsync();
        using var first = EchoServer.Udp(node.Namespace, node.AddPodAddress(1));
        using var second = EchoServer.Udp(node.Namespace, node.AddPodAddress(2));
        var service = await node.CreateServiceAsync("dns", "UDP");
        await node.PutEndpointsAsync("dns", "UDP", first.Address);
        await node.UntilProgrammedAsync();
        using var client = node.Namespace.Run(() => new UdpClient(new IPEndPoint(IPAddress.Any, 0)));
        await node.UntilAsync(() => EchoServer.AnswersAs(client, service, first.Address));
        await node.PutEndpointsAsync("dns", "UDP", second.Address);
        await node.UntilAsync(() => EchoServer.AnswersAs(client, service, second.Address));
        Assert.Empty(node.Flows.Find(new FlowFilter { ReplySource = first.Address }));
    }

    [Fact]
    public async Task Without_a_proxy_nothing_of_ours_is_left()
    {
        await using var node = await ProxyAgentNode.StartAsync();
        await node.CreateServiceAsync("web", "TCP");
        await node.UntilProgrammedAsync();
        await node.UntilAsync(() => node.Metric("weft_proxy_turns_total") >= 1);
        await node.SetProxyAsync("none");
        await node.UntilAsync(() => node.Filter.ReadBack(NftServiceProgram.Tables).Ruleset.Tables.Count == 0);
    }

    [Fact]
    public async Task A_Service_of_another_proxy_is_left_alone_until_it_is_ours()
    {
        const string Label = "service.kubernetes.io/service-proxy-name";
        await using var node = await ProxyAgentNode.StartAsync();
        var service = await node.CreateServiceAsync("web", "TCP");
        await node.UntilProgrammedAsync();
        await node.UntilAsync(() => node.Metric("weft_proxy_ports") == 2);
        service = await node.Client.UpdateAsync(service with { Metadata = service.Metadata with { Labels = StringMap.Of((Label, "mesh")) } });
        await node.UntilAsync(() => node.Metric("weft_proxy_ports") == 1);
        await node.Client.UpdateAsync(service with { Metadata = service.Metadata with { Labels = default } });
        await node.UntilProgrammedAsync();
    }

    [Fact]
    public async Task What_is_wrong_with_an_object_becomes_one_Event_of_it_and_stops_nothing_else()
    {
        await using var node = await ProxyAgentNode.StartAsync();
        await node.CreateServiceAsync("web", "TCP");
        await node.PutEndpointsAsync("web", "TCP", IpAddress.Parse("127.0.0.1"), IpAddress.Parse("10.244.1.2"));
        await node.UntilProgrammedAsync();
        var events = new List<EventObject>();
        await node.UntilAsync(async () =>
        {
            events = [.. (await node.Client.ListAsync<EventObject>("default")).Items.Where(report => report.Reason == "InvalidEndpoint")];
            return events.Count > 0;
        });
        Assert.Equal(("EndpointSlice", "web-1"), (events[0].InvolvedObject.Kind, events[0].InvolvedObject.Name));
        await node.CreateServiceAsync("other", "TCP");
        await node.UntilProgrammedAsync();
        Assert.Single((await node.Client.ListAsync<EventObject>("default")).Items, report => report.Reason == "InvalidEndpoint");
    }

    [Fact]
    public async Task A_load_balancer_is_told_whether_the_node_has_endpoints()
    {
        await using var node = await ProxyAgentNode.StartAsync();
        var service = await node.CreateLocalLoadBalancerAsync("web");
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var url = new Uri($"http://127.0.0.1:{service.Spec.HealthCheckNodePort}/healthz");
        await node.UntilAsync(() => StatusOf(client, url, HttpStatusCode.ServiceUnavailable));
        await node.PutEndpointsAsync("web", "TCP", IpAddress.Parse("10.244.1.1"), IpAddress.Parse("10.244.1.2"));
        await node.UntilAsync(() => StatusOf(client, url, HttpStatusCode.OK));
        Assert.Contains("\"localEndpoints\": 2", await client.GetStringAsync(url), StringComparison.Ordinal);
        await node.PutEndpointsAsync("web", "TCP");
        await node.UntilAsync(() => StatusOf(client, url, HttpStatusCode.ServiceUnavailable));
    }

    private static async Task<bool> StatusOf(HttpClient client, Uri url, HttpStatusCode expected)
    {
        try
        {
            using var answer = await client.GetAsync(url);
            return answer.StatusCode == expected;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }
}
