using static Weft.Tests.ApiServer.Server.Samples;

namespace Weft.Tests.ApiServer.Server;

public sealed class ClusterDnsServiceTests
{
    private const string KubeDns = "/api/v1/namespaces/kube-system/services/kube-dns";

    [Theory]
    [InlineData("10.96.0.0/16", "10.96.0.10", "SingleStack")]
    [InlineData("fd00:96::/112", "fd00:96::a", "SingleStack")]
    [InlineData("10.96.0.0/16,fd00:96::/112", "10.96.0.10,fd00:96::a", "RequireDualStack")]
    [InlineData("fd00:96::/112,10.96.0.0/16", "fd00:96::a,10.96.0.10", "RequireDualStack")]
    public async Task It_has_the_tenth_address_of_each_range(string ranges, string addresses, string policy)
    {
        await using var api = await StartAsync(ranges);
        var spec = (await api.GetAsync(KubeDns)).Body["spec"]!;
        Assert.Equal(addresses, string.Join(',', spec["clusterIPs"]!.AsArray().Select(address => (string)address!)));
        Assert.Equal(policy, (string?)spec["ipFamilyPolicy"]);
        Assert.Equal("UDP 53,TCP 53", string.Join(',', spec["ports"]!.AsArray().Select(port => $"{port!["protocol"]} {port["port"]}")));
    }

    [Fact]
    public async Task A_range_without_a_tenth_address_has_none()
    {
        await using var api = await StartAsync("10.96.0.0/29");
        Assert.Equal(404, (await api.GetAsync(KubeDns)).Code);
    }

    [Fact]
    public async Task Its_address_is_given_to_nobody_else_even_while_it_is_gone()
    {
        await using var api = await StartAsync("10.96.0.0/28");
        await api.DeleteAsync(KubeDns);
        var given = new List<string>();
        for (var i = 0; i < 12; i++)
            given.Add((string)(await api.CreateAsync(Services, Service($"s{i}")))["spec"]!["clusterIP"]!);
        Assert.DoesNotContain("10.96.0.10", given);
        Assert.Equal(12, given.Distinct().Count());
        Assert.Equal("10.96.0.10", (string?)(await api.CreateAsync(Services, Service("mine", """{"clusterIP":"10.96.0.10","ports":[{"port":53}]}""")))["spec"]!["clusterIP"]);
    }

    [Fact]
    public async Task Without_the_wish_there_is_none()
    {
        await using var api = await TestApi.StartAsync();
        Assert.Equal(404, (await api.GetAsync(KubeDns)).Code);
    }

    private static Task<TestApi> StartAsync(string ranges) => TestApi.StartAsync(options => options with { ServiceCidrs = ranges.Split(','), ClusterDns = true });
}
