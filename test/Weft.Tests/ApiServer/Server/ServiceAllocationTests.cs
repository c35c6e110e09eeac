using System.Text.Json.Nodes;
using Weft.ApiServer;
using static Weft.Tests.ApiServer.Server.Samples;

namespace Weft.Tests.ApiServer.Server;

public sealed class ServiceAllocationTests
{
    private static readonly string[] Dual = ["10.96.0.0/24", "fd00:96::/112"];

    [Theory]
    [InlineData("""{"ports":[{"port":80}]}""", "SingleStack", "IPv4", 1)]
    [InlineData("""{"ipFamilyPolicy":"PreferDualStack","ports":[{"port":80}]}""", "PreferDualStack", "IPv4,IPv6", 2)]
    [InlineData("""{"ipFamilyPolicy":"RequireDualStack","ipFamilies":["IPv6"],"ports":[{"port":80}]}""", "RequireDualStack", "IPv6,IPv4", 2)]
    [InlineData("""{"ipFamilies":["IPv6"],"ports":[{"port":80}]}""", "SingleStack", "IPv6", 1)]
    [InlineData("""{"clusterIP":"fd00:96::77","ports":[{"port":80}]}""", "SingleStack", "IPv6", 1)]
    [InlineData("""{"clusterIP":"None","selector":{"a":"b"},"ipFamilyPolicy":"PreferDualStack","ports":[{"port":80}]}""", "PreferDualStack", "IPv4,IPv6", 1)]
    [InlineData("""{"clusterIP":"None","ports":[{"port":80}]}""", "RequireDualStack", "IPv4,IPv6", 1)]
    public async Task A_service_gets_the_families_it_asks_for(string spec, string policy, string families, int addresses)
    {
        await using var api = await TestApi.StartAsync(o => o with { ServiceCidrs = Dual });
        var made = (await api.CreateAsync(Services, Service("a", spec)))["spec"]!;
        Assert.Equal((policy, families, addresses), ((string?)made["ipFamilyPolicy"], List(made["ipFamilies"]), made["clusterIPs"]!.AsArray().Count));
        Assert.Equal((string?)made["clusterIP"], (string?)made["clusterIPs"]![0]);
    }

    [Theory]
    [InlineData("""{"ipFamilyPolicy":"RequireDualStack","ports":[{"port":80}]}""", "spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster is not configured for dual-stack services")]
    [InlineData("""{"ipFamilies":["IPv6"],"ports":[{"port":80}]}""", "spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on this cluster")]
    [InlineData("""{"ipFamilies":["IPv4","IPv6"],"ports":[{"port":80}]}""", "spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified")]
    [InlineData("""{"clusterIP":"fd00::1","ports":[{"port":80}]}""", "IPv6 is not configured on this cluster")]
    [InlineData("""{"clusterIP":"10.96.0.7","ipFamilies":["IPv6"],"ports":[{"port":80}]}""", "expected an IPv6 value as indicated by `ipFamilies[0]`")]
    [InlineData("""{"type":"NodePort","ports":[{"port":80,"nodePort":80}]}""", "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767")]
    [InlineData("""{"ports":[{"port":80,"nodePort":30007}]}""", "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'")]
    [InlineData("""{"type":"NodePort","healthCheckNodePort":30009,"ports":[{"port":80}]}""", "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'")]
    public async Task A_wish_that_the_cluster_cannot_meet_is_refused_with_its_reason(string spec, string message)
    {
        await using var api = await TestApi.StartAsync();
        var answer = await api.PostAsync(Services, Service("a", spec));
        Assert.Equal(422, answer.Code);
        Assert.Contains(message, answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_second_family_comes_and_goes_with_the_policy_and_the_first_address_stays()
    {
        await using var api = await TestApi.StartAsync(o => o with { ServiceCidrs = Dual });
        var first = (string)(await api.CreateAsync(Services, Service("a")))["spec"]!["clusterIP"]!;
        var both = (await api.MergeAsync(Services + "/a", """{"spec":{"ipFamilyPolicy":"PreferDualStack"}}""")).Body["spec"]!;
        Assert.Equal((first, "IPv4,IPv6"), ((string)both["clusterIPs"]![0]!, List(both["ipFamilies"])));
        var second = (string)both["clusterIPs"]![1]!;
        Assert.Contains("provided IP is already allocated", (await api.PostAsync(Services, At("b", second))).Message, StringComparison.Ordinal);
        var released = await api.MergeAsync(Services + "/a", """{"spec":{"clusterIPs":["FIRST"]}}""".Replace("FIRST", first, StringComparison.Ordinal));
        Assert.Contains("must be 'SingleStack' to release the secondary cluster IP", released.Message, StringComparison.Ordinal);
        var single = (await api.MergeAsync(Services + "/a", """{"spec":{"ipFamilyPolicy":"SingleStack"}}""")).Body["spec"]!;
        Assert.Equal((first, "IPv4"), (List(single["clusterIPs"]), List(single["ipFamilies"])));
        await api.CreateAsync(Services, At("b", second));
    }

    [Fact]
    public async Task A_change_of_type_releases_what_it_no_longer_needs_and_only_that()
    {
        await using var api = await TestApi.StartAsync();
        var made = (await api.CreateAsync(Services, Service("a", """{"type":"LoadBalancer","externalTrafficPolicy":"Local","selector":{"a":"b"},"ports":[{"port":80}]}""")))["spec"]!;
        var (address, port, health) = ((string)made["clusterIP"]!, (int)made["ports"]![0]!["nodePort"]!, (int)made["healthCheckNodePort"]!);
        Assert.NotEqual(port, health);
        var cluster = await api.MergeAsync(Services + "/a", """{"spec":{"type":"ClusterIP"}}""");
        Assert.True(cluster.Code == 200, cluster.Text);
        var spec = cluster.Body["spec"]!.AsObject();
        Assert.Equal(address, (string?)spec["clusterIP"]);
        Assert.DoesNotContain(spec, field => field.Key is "healthCheckNodePort" or "externalTrafficPolicy" or "allocateLoadBalancerNodePorts");
        Assert.Null(spec["ports"]![0]!["nodePort"]);
        await api.CreateAsync(Services, Service("b", $$$"""{"type":"NodePort","ports":[{"name":"x","port":80,"nodePort":{{{port}}} },{"name":"y","port":81,"nodePort":{{{health}}} }]}"""));
        var external = await api.MergeAsync(Services + "/a", """{"spec":{"type":"ExternalName","externalName":"x.example"}}""");
        Assert.True(external.Code == 200, external.Text);
        Assert.DoesNotContain(external.Body["spec"]!.AsObject(), field => field.Key is "clusterIP" or "clusterIPs" or "ipFamilies" or "ipFamilyPolicy" or "internalTrafficPolicy");
        await api.CreateAsync(Services, At("c", address));
        var back = await api.MergeAsync(Services + "/a", """{"spec":{"type":"ClusterIP","externalName":null}}""");
        Assert.True(back.Code == 200, back.Text);
        Assert.NotEqual(address, (string?)back.Body["spec"]!["clusterIP"]);
    }

    [Fact]
    public async Task Node_ports_are_one_range_for_all_services_and_one_number_may_serve_tcp_and_udp()
    {
        await using var api = await TestApi.StartAsync();
        var dns = (await api.CreateAsync(Services, Service("dns", """{"type":"NodePort","ports":[{"name":"t","port":53},{"name":"u","port":53,"protocol":"UDP"}]}""")))["spec"]!["ports"]!;
        Assert.Equal((int)dns[0]!["nodePort"]!, (int)dns[1]!["nodePort"]!);
        await api.CreateAsync(Services, Service("fixed", """{"type":"NodePort","ports":[{"name":"t","port":1,"nodePort":30007},{"name":"u","port":2,"nodePort":30007,"protocol":"UDP"}]}"""));
        var taken = await api.PostAsync(Services, Service("late", """{"type":"NodePort","ports":[{"port":80,"nodePort":30007,"protocol":"SCTP"}]}"""));
        Assert.Equal("Service \"late\" is invalid: spec.ports[0].nodePort: Invalid value: 30007: provided port is already allocated", taken.Message);
        var without = (await api.CreateAsync(Services, Service("lb", """{"type":"LoadBalancer","allocateLoadBalancerNodePorts":false,"ports":[{"name":"a","port":80},{"name":"b","port":81,"nodePort":30008}]}""")))["spec"]!["ports"]!;
        Assert.Equal((null, 30008), ((int?)without[0]!["nodePort"], (int?)without[1]!["nodePort"]));
        var replaced = (await api.PutAsync(Services + "/dns", Service("dns", """{"type":"NodePort","ports":[{"name":"u","port":53,"protocol":"UDP"},{"name":"w","port":80}]}"""))).Body["spec"]!["ports"]!;
        Assert.Equal((int)dns[0]!["nodePort"]!, (int)replaced[0]!["nodePort"]!);
        Assert.NotEqual((int)dns[0]!["nodePort"]!, (int)replaced[1]!["nodePort"]!);
    }

    [Fact]
    public async Task The_lower_band_is_given_out_last()
    {
        await using var api = await TestApi.StartAsync(o => o with { ServiceCidrs = ["10.96.0.0/27"] });
        var addresses = new List<string>();
        for (var i = 0; i < 29; i++)
            addresses.Add((string)(await api.CreateAsync(Services, Service($"s{i}")))["spec"]!["clusterIP"]!);
        Assert.All(addresses.Take(14), address => Assert.InRange(Last(address), 17, 30));
        Assert.All(addresses.Skip(14), address => Assert.InRange(Last(address), 2, 16));
        Assert.Equal((500, "Internal error occurred: failed to allocate a serviceIP: range is full"), (await api.PostAsync(Services, Service("over"))) is var full ? (full.Code, full.Message) : default);
    }

    [Fact]
    public async Task Concurrent_requests_never_get_the_same_address_or_port()
    {
        await using var api = await TestApi.StartAsync();
        var made = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => api.PostAsync(Services, Service($"s{i}", """{"type":"NodePort","ports":[{"port":80}]}"""))));
        Assert.Equal(60, made.Select(answer => (string?)answer.Body["spec"]!["clusterIP"]).Distinct().Count());
        Assert.Equal(60, made.Select(answer => (int)answer.Body["spec"]!["ports"]![0]!["nodePort"]!).Distinct().Count());
        var rivals = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => api.PostAsync(Services, At($"r{i}", "10.96.0.9"))));
        Assert.Equal(1, rivals.Count(answer => answer.Code == 201));
    }

    private static string At(string name, string address) => Service(name, $$"""{"clusterIP":"{{address}}","ports":[{"port":80}]}""");

    private static int Last(string address) => int.Parse(address[(address.LastIndexOf('.') + 1)..]);

    private static string List(JsonNode? list) => string.Join(',', list!.AsArray().Select(item => (string?)item));

    [Fact]
    public async Task A_range_of_node_ports_of_ones_own_is_used_to_its_last_port()
    {
        Assert.False(NodePortRange.TryParse("0-10", out _) || NodePortRange.TryParse("20-10", out _) || NodePortRange.TryParse("1-70000", out _));
        await using var api = await TestApi.StartAsync(o => o with { NodePorts = NodePortRange.TryParse("400-401", out var range) ? range : NodePortRange.Default });
        var ports = new List<int>();
        for (var i = 0; i < 2; i++)
            ports.Add((int)(await api.CreateAsync(Services, Service($"np{i}", """{"type":"NodePort","ports":[{"port":80}]}""")))["spec"]!["ports"]![0]!["nodePort"]!);
        Assert.Equal([400, 401], ports.Order());
        Assert.Equal(500, (await api.PostAsync(Services, Service("full", """{"type":"NodePort","ports":[{"port":80}]}"""))).Code);
        Assert.Contains("valid ports is 400-401", (await api.PostAsync(Services, Service("out", """{"type":"NodePort","ports":[{"port":80,"nodePort":30000}]}"""))).Message, StringComparison.Ordinal);
    }
}
