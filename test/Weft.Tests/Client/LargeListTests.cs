using System.Text.Json.Nodes;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Tests.Client.Upstream;
using static Weft.Tests.Client.Upstream.UpstreamSamples;

namespace Weft.Tests.Client;

/// <summary>Lists as large clusters have them, and objects as other controllers leave them.</summary>
public sealed class LargeListTests
{
    [Fact]
    public async Task Five_thousand_services_with_ten_endpoints_each_are_read_page_by_page()
    {
        await using var server = await UpstreamServer.StartAsync();
        for (var i = 0; i < 5000; i++)
        {
            server.Store.Put(UpstreamServer.Services, "default", Service($"s{i}"));
            server.Store.Put(UpstreamServer.Slices, "default", Slice($"s{i}", i, 10));
        }

        using var client = server.Client();
        await WatchAsync<Service>(client, services => WatchAsync<EndpointSlice>(client, async slices =>
        {
            await UntilAsync(() => services.Items.Count == 5000 && slices.Items.Count == 5000);
            Assert.Equal(50_000, slices.Items.Values.Sum(slice => slice.Endpoints.Count));
        }));
        Assert.Equal(20, server.Requests.Count(request => request.Contains("limit=500", StringComparison.Ordinal)));
        Assert.DoesNotContain(server.Requests, request => request.Contains("limit=0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pages_of_huge_objects_become_shorter()
    {
        await using var server = await UpstreamServer.StartAsync();
        for (var i = 0; i < 200; i++)
        {
            var service = Service($"s{i}");
            service["metadata"]!["managedFields"] = new JsonArray(new JsonObject { ["manager"] = "huge", ["fieldsV1"] = new JsonObject { ["f:metadata"] = new string('x', 100_000) } });
            server.Store.Put(UpstreamServer.Services, "default", service);
        }

        using var client = server.Client();
        var list = await client.ListAsync<Service>(options: new() { PageSize = 100 });
        Assert.Equal(200, list.Items.Count);
        Assert.Contains(server.Requests, request => request.Contains("continue=", StringComparison.Ordinal) && !request.Contains("limit=100", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Unknown_fields_null_lists_and_ports_by_number_or_name_are_read()
    {
        await using var server = await UpstreamServer.StartAsync();
        using var client = server.Client();
        await WatchAsync<Service>(client, services => WatchAsync<EndpointSlice>(client, async slices =>
        {
            server.Store.Put(UpstreamServer.Services, "default", Parse("""
                {"kind":"Service","metadata":{"name":"odd","labels":null,"annotations":null,"finalizers":null,"managedFields":null},
                 "spec":{"ports":[{"port":80,"targetPort":"http","appProtocol":"kubernetes.io/h2c"},{"name":"b","port":81,"targetPort":8081,"nodePort":null}],"clusterIPs":null,"selector":null,
                         "trafficDistribution":"PreferSameNode","fromTheFuture":{"a":[1,2]}},"status":null}
                """));
            server.Store.Put(UpstreamServer.Services, "default", Parse("""{"kind":"Service","metadata":{"name":"bare"},"spec":{"ports":null}}"""));
            server.Store.Put(UpstreamServer.Slices, "default", Parse("""
                {"kind":"EndpointSlice","metadata":{"name":"odd-1","labels":{"kubernetes.io/service-name":"odd"}},"addressType":"IPv4","endpoints":null,"ports":null}
                """));
            server.Store.Put(UpstreamServer.Slices, "default", Parse("""
                {"kind":"EndpointSlice","metadata":{"name":"odd-2"},"addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"],"conditions":null,"hints":{"forNodes":[{"name":"n1"}],"forZones":null}}],"ports":[{"port":null}]}
                """));
            await UntilAsync(() => services.Items.Count == 2 && slices.Items.Count == 2);
            var odd = services.Find("default", "odd")!;
            Assert.Equal(2, odd.Spec.Ports.Count);
            Assert.Equal("PreferSameNode", odd.Spec.TrafficDistribution);
            Assert.Empty(services.Find("default", "bare")!.Spec.Ports);
            Assert.Equal("n1", slices.Find("default", "odd-2")!.Endpoints[0].Hints!.ForNodes[0].Name);
            Assert.All(new IInformerState[] { services, slices }, state => Assert.Null(state.LastError));
        }));
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
