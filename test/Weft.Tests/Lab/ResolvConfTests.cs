using Weft.Kubernetes;
using Weft.Lab.Pods.Files;

namespace Weft.Tests.Lab;

public sealed class ResolvConfTests
{
    private static readonly ResolvConf Host = ResolvConf.Parse("domain other\nsearch corp.example lan\nnameserver 192.0.2.1\nnameserver 192.0.2.2\noptions edns0 ndots:2\n# remark\n");

    [Theory]
    [InlineData("ClusterFirst", false, "search shop.svc.cluster.local svc.cluster.local cluster.local corp.example lan\nnameserver 169.254.20.10\noptions ndots:5\n")]
    [InlineData("ClusterFirst", true, "search corp.example lan\nnameserver 192.0.2.1\nnameserver 192.0.2.2\noptions edns0 ndots:2\n")]
    [InlineData("ClusterFirstWithHostNet", true, "search shop.svc.cluster.local svc.cluster.local cluster.local corp.example lan\nnameserver 169.254.20.10\noptions ndots:5\n")]
    [InlineData("Default", false, "search corp.example lan\nnameserver 192.0.2.1\nnameserver 192.0.2.2\noptions edns0 ndots:2\n")]
    [InlineData("None", false, "")]
    public void The_policy_chooses_where_settings_come_from(string policy, bool hostNetwork, string text) => Assert.Equal(text, Of(policy, hostNetwork));

    [Fact]
    public void The_pods_own_settings_are_added_and_options_replaced_by_name()
    {
        var own = new PodDnsConfig
        {
            Nameservers = ["192.0.2.53", "169.254.20.10"],
            Searches = ["extra.example", "lan"],
            Options = [new EnvVar { Name = "ndots", Value = "1" }, new EnvVar { Name = "single-request" }],
        };
        Assert.Equal(
            "search shop.svc.cluster.local svc.cluster.local cluster.local corp.example lan extra.example\nnameserver 169.254.20.10\nnameserver 192.0.2.53\noptions ndots:1 single-request\n",
            Of("ClusterFirst", hostNetwork: false, own));
        Assert.Equal("search extra.example lan\nnameserver 192.0.2.53\nnameserver 169.254.20.10\noptions ndots:1 single-request\n", Of("None", hostNetwork: false, own));
    }

    [Fact]
    public void What_a_resolver_would_not_read_is_left_out()
    {
        var own = new PodDnsConfig
        {
            Nameservers = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"],
            Searches = [.. Enumerable.Range(0, 40).Select(number => $"{new string('a', 60)}{number}.example")],
        };
        var lines = Of("None", hostNetwork: false, own).Split('\n');
        Assert.Equal(3, lines.Count(line => line.StartsWith("nameserver", StringComparison.Ordinal)));
        Assert.InRange(lines[0].Length, 1900, "search ".Length + 2048);
    }

    private static string Of(string policy, bool hostNetwork, PodDnsConfig? own = null)
    {
        var pod = new Pod { Metadata = new() { Namespace = "shop", Name = "p" }, Spec = new() { DnsPolicy = policy, HostNetwork = hostNetwork, DnsConfig = own } };
        return ResolvConf.For(pod, Host, ["169.254.20.10"], "cluster.local").ToString();
    }
}
