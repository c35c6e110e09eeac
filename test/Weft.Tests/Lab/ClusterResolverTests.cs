using Weft.Kubernetes;
using Weft.Lab.Pods.Files;

namespace Weft.Tests.Lab;

/// <summary>What new pods of a lab are told of cluster DNS.</summary>
public sealed class ClusterResolverTests
{
    private static readonly Service Dual = new() { Spec = new ServiceSpec { ClusterIP = "10.96.0.10", ClusterIPs = ["10.96.0.10", "fd00:10:96::a"] } };

    [Theory]
    [InlineData("", false, "169.254.20.10")]
    [InlineData("", true, "fd00:169:254:20::10")]
    [InlineData("169.254.25.10", false, "169.254.25.10")]
    [InlineData("169.254.25.10", true, "169.254.25.10")]
    [InlineData("fd00::53, 169.254.25.10", false, "169.254.25.10")]
    public void They_ask_the_addresses_of_the_main_family_at_which_nodes_answer(string addresses, bool v6, string expected)
    {
        var resolver = ClusterResolver.Of(addresses.Length == 0 ? null : Map(("dns-address", addresses)), Dual, v6);
        Assert.Equal((expected, "cluster.local"), (string.Join(' ', resolver.Servers), resolver.Domain));
    }

    [Theory]
    [InlineData(false, "10.96.0.10")]
    [InlineData(true, "fd00:10:96::a")]
    public void They_ask_the_service_where_something_else_is_cluster_dns(bool v6, string expected) =>
        Assert.Equal([expected], ClusterResolver.Of(Map(("dns", "off"), ("dns-address", "169.254.25.10")), Dual, v6).Servers);

    [Fact]
    public void They_ask_whom_the_node_asks_when_there_is_no_such_service_or_it_has_no_address()
    {
        Assert.Empty(ClusterResolver.Of(Map(("dns", "off")), null, v6: false).Servers);
        Assert.Empty(ClusterResolver.Of(Map(("dns", "off")), new Service { Spec = new ServiceSpec { ClusterIP = "None" } }, v6: false).Servers);
    }

    [Fact]
    public void Their_search_list_ends_with_the_domain_of_the_cluster()
    {
        Assert.Equal("k8s.example", ClusterResolver.Of(Map(("cluster-domain", "K8S.example.")), null, v6: false).Domain);
        Assert.Equal("corp.example", ClusterResolver.Of(Map(("Corefile", ".:53 {\n kubernetes corp.example in-addr.arpa\n}\n")), null, v6: false).Domain);
        Assert.Equal("cluster.local", ClusterResolver.Of(Map(("cluster-domain", "..")), null, v6: false).Domain);
    }

    private static ConfigMap Map(params (string Key, string Value)[] data) => new() { Data = StringMap.Of(data) };
}
