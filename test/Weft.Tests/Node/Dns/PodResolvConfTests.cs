using Weft.Dns.Routing;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Node.Dns;
using Weft.Node.Dns.Asking;

namespace Weft.Tests.Node.Dns;

/// <summary>Which names the resolver of a pod asks for, and whom.</summary>
public sealed class PodResolvConfTests
{
    private static readonly ResolvConf OfNode = ResolvConf.Parse("search corp.example\nnameserver 192.0.2.1\noptions ndots:2");
    private static readonly DnsSettings Settings = new();
    private static readonly DnsView View = new(Settings, DnsServiceBuilder.ZoneOf(Settings, []), [IpAddress.Parse("169.254.20.10")], [], []);

    [Theory]
    [InlineData("ClusterFirst", false, "169.254.20.10", "shop.svc.cluster.local. svc.cluster.local. cluster.local. corp.example.", 5)]
    [InlineData("ClusterFirst", true, "192.0.2.1", "corp.example.", 2)]
    [InlineData("ClusterFirstWithHostNet", true, "169.254.20.10", "shop.svc.cluster.local. svc.cluster.local. cluster.local. corp.example.", 5)]
    [InlineData("Default", false, "192.0.2.1", "corp.example.", 2)]
    [InlineData("None", false, "", "", 1)]
    public void A_policy_says_whom_a_pod_asks_and_how_it_completes_names(string policy, bool hostNetwork, string servers, string search, int ndots) =>
        Assert.Equal((servers, search, ndots), Text(Pod(new PodResolver(policy, null, null), hostNetwork)));

    [Fact]
    public void A_pod_adds_its_own()
    {
        var config = new PodDnsConfig
        {
            Nameservers = ["192.0.2.9", "no address"],
            Searches = ["own.example", "svc.cluster.local", "no..name"],
            Options = [new EnvVar { Name = "ndots", Value = "3" }, new EnvVar { Name = "single-request" }],
        };
        Assert.Equal(("192.0.2.9", "own.example. svc.cluster.local.", 3), Text(Pod(new PodResolver("None", config, null))));
        Assert.Equal(
            ("169.254.20.10 192.0.2.9", "shop.svc.cluster.local. svc.cluster.local. cluster.local. corp.example. own.example.", 3),
            Text(Pod(new PodResolver("ClusterFirst", config, null))));
    }

    [Theory]
    [InlineData("web", "web.a.example. web.b.example. web.")]
    [InlineData("web.shop", "web.shop.a.example. web.shop.b.example. web.shop.")]
    [InlineData("www.example.org", "www.example.org. www.example.org.a.example. www.example.org.b.example.")]
    [InlineData("web.", "web.")]
    [InlineData(".", ".")]
    public void Names_are_completed_unless_they_end_with_a_dot(string name, string tries) =>
        Assert.Equal(tries, string.Join(' ', ResolvConf.Parse("search a.example b.example\noptions ndots:2").Tries(name)));

    private static (string Servers, string Search, int Ndots) Text(PolicyPod pod)
    {
        var conf = PodResolvConf.Of(pod, OfNode, View);
        return (string.Join(' ', conf.Servers), string.Join(' ', conf.Search), conf.Ndots);
    }

    private static PolicyPod Pod(PodResolver resolver, bool hostNetwork = false) =>
        new() { Metadata = new ObjectMeta { Name = "client", Namespace = "shop" }, HostNetwork = hostNetwork, Resolver = resolver };
}
