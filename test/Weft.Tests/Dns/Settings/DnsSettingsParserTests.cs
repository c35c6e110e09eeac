using Weft.Compilers.Dns;
using Weft.Model.Dns;

namespace Weft.Tests.Dns.Settings;

public sealed class DnsSettingsParserTests
{
    [Fact]
    public void Without_a_word_the_node_answers_and_asks_whom_the_node_asks()
    {
        var (settings, problems) = DnsSettingsParser.Parse(null);
        Assert.Equal(new DnsSettings(), settings);
        Assert.Empty(problems);
    }

    [Fact]
    public void Each_key_is_read()
    {
        var (settings, problems) = Parse(
            ("cluster-domain", "corp.test"), ("dns", "off"), ("dns-address", "169.254.25.10"), ("dns-ttl", "30"), ("dns-pod-records", "false"), ("dns-completion", "false"),
            ("dns-transfer-to", "10.0.0.0/8, fd00::/8"));
        Assert.Empty(problems);
        Assert.Equal(("corp.test.", DnsMode.Off, "169.254.25.10", 30u, false, false), (
            settings.ClusterDomain.ToString(), settings.Mode, string.Join(' ', settings.Addresses), settings.Ttl, settings.PodRecords, settings.Completion));
        Assert.Equal("10.0.0.0/8 fd00::/8", string.Join(' ', settings.TransferTo));
    }

    [Theory]
    [InlineData("192.0.2.53", "192.0.2.53", false)]
    [InlineData("192.0.2.53, [2001:db8::53]:5353", "192.0.2.53 [2001:db8::53]:5353", false)]
    [InlineData("192.0.2.53 node", "192.0.2.53", true)]
    [InlineData("none", "", false)]
    public void Servers_for_everything_take_the_place_of_the_nodes_own(string value, string servers, bool asksNode)
    {
        var (settings, problems) = Parse(("dns-upstreams", value));
        Assert.Empty(problems);
        var root = Assert.Single(settings.Routes);
        Assert.Equal((servers, asksNode, true), (string.Join(' ', root.Upstreams), root.AsksNodeServers, root.Zone.IsRoot));
    }

    [Fact]
    public void Stub_domains_go_before_the_root_the_longest_first()
    {
        var (settings, problems) = Parse(("dns-stub-domains", "corp.example = 192.0.2.53, 192.0.2.54\nlab.corp.example = 192.0.2.55;example = 192.0.2.56"));
        Assert.Empty(problems);
        Assert.Equal(
            "lab.corp.example. 192.0.2.55|corp.example. 192.0.2.53 192.0.2.54|example. 192.0.2.56|. ",
            string.Join('|', settings.Routes.Select(route => $"{route.Zone} {string.Join(' ', route.Upstreams)}")));
    }

    [Theory]
    [InlineData("cluster-domain", "a..b", "is no domain")]
    [InlineData("cluster-domain", ".", "the root holds everybody's names")]
    [InlineData("dns-ttl", "-1", "is no number of seconds from 0 to 3600")]
    [InlineData("dns-completion", "maybe", "neither true nor false")]
    [InlineData("dns-transfer-to", "10.0.0.0/40", "is not a CIDR block")]
    [InlineData("dns-upstreams", "dns.example", "is no server")]
    [InlineData("dns-upstreams", "tls://192.0.2.53", "not spoken to by TLS yet")]
    [InlineData("dns-stub-domains", "corp.example", "is no domain with servers")]
    [InlineData("dns-stub-domains", ". = 192.0.2.1", "name servers for everything by dns-upstreams")]
    [InlineData("dns-stub-domains", "a.example = 192.0.2.1; A.example. = 192.0.2.2", "is there twice")]
    public void A_bad_value_is_told_of_and_changes_nothing(string key, string value, string message)
    {
        var (settings, problems) = Parse((key, value));
        var problem = Assert.Single(problems);
        Assert.Equal("ConfigMap kube-system/weft-config", problem.Object);
        Assert.StartsWith($"{key}: ", problem.Message, StringComparison.Ordinal);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal("cluster.local.", settings.ClusterDomain.ToString());
    }

    private static (DnsSettings Settings, Weft.Model.EquatableArray<Weft.Model.Problem> Problems) Parse(params (string Key, string Value)[] data) =>
        DnsSettingsParser.Parse(data.Select(pair => KeyValuePair.Create(pair.Key, pair.Value)));
}
