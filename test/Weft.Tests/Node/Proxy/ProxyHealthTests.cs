using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Services;
using Weft.Node.Proxy;
using Weft.Node.Proxy.Health;
using Weft.Node.Proxy.Watching;
using Weft.Node.Status;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Tests.Node.Proxy;

/// <summary>What load balancers and scrapers are told.</summary>
public sealed class ProxyHealthTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly ManualTime _time = new();

    [Fact]
    public void Work_that_waits_for_too_long_is_unhealthy_and_no_work_is_not()
    {
        var health = new ProxyHealth(Patience, _time);
        Assert.Equal(200, health.Answer("/healthz").Status);
        health.NoteProgrammed();
        _time.Advance(10 * Patience);
        Assert.Equal(200, health.Answer("/healthz").Status);
        health.NoteQueued();
        _time.Advance(Patience / 2);
        health.NoteQueued();
        _time.Advance(Patience / 2);
        Assert.Equal(503, health.Answer("/healthz").Status);
        Assert.Equal(503, health.Answer("/livez").Status);
        health.NoteProgrammed();
        Assert.Equal(200, health.Answer("/livez").Status);
        Assert.Equal(404, health.Answer("/").Status);
    }

    [Fact]
    public void A_node_that_is_about_to_go_is_alive_but_takes_no_more()
    {
        var health = new ProxyHealth(Patience, _time);
        health.Note(new KubeNode { Spec = new() { Taints = [new Taint { Key = "ToBeDeletedByClusterAutoscaler" }] } });
        Assert.Equal(503, health.Answer("/healthz").Status);
        Assert.Equal(200, health.Answer("/livez").Status);
        Assert.False(JsonNode.Parse(health.Answer("/healthz").Body)!["nodeEligible"]!.GetValue<bool>());
        health.Note(new KubeNode());
        Assert.Equal(200, health.Answer("/healthz").Status);
    }

    [Fact]
    public async Task A_health_check_port_tells_how_many_endpoints_this_node_has()
    {
        var healthy = true;
        using var servers = new ServiceHealthServers(() => healthy);
        var port = FreePort();
        Assert.Empty(servers.Serve([new ServiceHealthCheck("shop", "web", port, 2)]));
        using var client = new HttpClient();
        var url = new Uri($"http://127.0.0.1:{port}/");
        var answer = await client.GetAsync(url);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("2", Assert.Single(answer.Headers.GetValues("X-Load-Balancing-Endpoint-Weight")));
        var expected = JsonNode.Parse("""{"service":{"namespace":"shop","name":"web"},"localEndpoints":2,"serviceProxyHealthy":true}""");
        Assert.True(JsonNode.DeepEquals(expected, await answer.Content.ReadFromJsonAsync<JsonNode>()));

        Assert.Empty(servers.Serve([new ServiceHealthCheck("shop", "web", port, 0)]));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync(url)).StatusCode);
        Assert.Empty(servers.Serve([new ServiceHealthCheck("shop", "web", port, 1)]));
        healthy = false;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync(url)).StatusCode);
        servers.Serve([]);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(url));
    }

    [Fact]
    public async Task Health_checks_answer_on_the_given_addresses_only()
    {
        using var servers = new ServiceHealthServers(() => true);
        using var client = new HttpClient();
        var check = new ServiceHealthCheck("shop", "web", FreePort(), 1);
        var (here, there) = (new Uri($"http://127.0.0.2:{check.Port}/"), new Uri($"http://127.0.0.1:{check.Port}/"));
        Assert.Empty(servers.Serve([check], [IpAddress.Parse("127.0.0.2")]));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(here)).StatusCode);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(there));
        Assert.Empty(servers.Serve([check], [IpAddress.Parse("127.0.0.1")]));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(there)).StatusCode);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(here));
        Assert.NotEmpty(servers.Serve([check], [IpAddress.Parse("127.0.0.1"), IpAddress.Parse("192.0.2.1")]));
    }

    [Fact]
    public void A_health_check_port_that_is_taken_is_a_problem_until_it_is_free()
    {
        using var servers = new ServiceHealthServers(() => true);
        var check = new ServiceHealthCheck("shop", "web", FreePort(), 1);
        using (new SmallHttpServer(address: null, check.Port, _ => default))
        {
            var problem = Assert.Single(servers.Serve([check]));
            Assert.Equal(("Service shop/web", "FailedToStartServiceHealthcheck"), (problem.Object, problem.Reason));
        }

        Assert.Empty(servers.Serve([check]));
    }

    [Fact]
    public void Figures_bear_upstreams_names_and_labels()
    {
        var metrics = new ProxyMetrics(() => (1, 2));
        var now = DateTimeOffset.UnixEpoch.AddSeconds(100);
        metrics.NoteQueued(now);
        metrics.Note(
            new ProxyTurn(default, ServiceTable.Empty, 5, Drift: false, Programmed: true, []),
            new ServiceChanges([], [], 3, 4, [now - TimeSpan.FromSeconds(1.5)]),
            TimeSpan.FromMilliseconds(3),
            now);
        metrics.NoteCleaning(v6: true, 7, TimeSpan.FromMilliseconds(1));
        metrics.Connections = new Weft.Netlink.Conntrack.ConntrackUsage(10, 100, 1, 2, 3);
        var text = new StringBuilder();
        metrics.Write(text);
        var lines = text.ToString().Split('\n');
        foreach (var line in (string[])
        [
            """kubeproxy_sync_proxy_rules_duration_seconds_bucket{ip_family="IPv4",le="0.002"} 0""",
            """kubeproxy_sync_proxy_rules_duration_seconds_bucket{ip_family="IPv4",le="0.004"} 1""",
            """kubeproxy_sync_full_proxy_rules_duration_seconds_count{ip_family="IPv4"} 1""",
            """kubeproxy_sync_partial_proxy_rules_duration_seconds_count{ip_family="IPv6"} 0""",
            """kubeproxy_network_programming_duration_seconds_bucket{ip_family="IPv4",le="1"} 0""",
            """kubeproxy_network_programming_duration_seconds_bucket{ip_family="IPv4",le="2"} 1""",
            """kubeproxy_network_programming_duration_seconds_sum{ip_family="IPv4"} 1.5""",
            """kubeproxy_sync_proxy_rules_service_changes_total{ip_family="IPv4"} 3""",
            """kubeproxy_sync_proxy_rules_endpoint_changes_total{ip_family="IPv6"} 4""",
            """kubeproxy_sync_proxy_rules_service_changes_pending{ip_family="IPv4"} 1""",
            """kubeproxy_sync_proxy_rules_endpoint_changes_pending{ip_family="IPv4"} 2""",
            """kubeproxy_sync_proxy_rules_last_timestamp_seconds{ip_family="IPv4"} 100""",
            """kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds{ip_family="IPv4"} 100""",
            """kubeproxy_sync_proxy_rules_no_local_endpoints_total{ip_family="IPv4",traffic_policy="internal"} 0""",
            """kubeproxy_conntrack_reconciler_deleted_entries_total{ip_family="IPv6"} 7""",
            "weft_proxy_changes_total 5",
            "weft_conntrack_entries 10",
            "weft_conntrack_early_drops_total 2",
        ])
        {
            Assert.Contains(line, lines);
        }
    }

    /// <summary>A port that nothing takes by chance: outside of the range that the kernel gives to clients.</summary>
    private static ushort FreePort()
    {
        while (true)
        {
            try
            {
                using var server = new SmallHttpServer(address: null, Random.Shared.Next(20_000, 30_000), _ => default);
                return (ushort)server.Port;
            }
            catch (SocketException)
            {
                // Another one, then.
            }
        }
    }
}
