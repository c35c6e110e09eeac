using Weft.Compilers.Dns.Settings;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Tests.Dns.Settings;

/// <summary>Settings of DNS from single keys of the ConfigMap.</summary>
public sealed class DnsSettingsParserTests
{
    [Fact]
    public void Nothing_written_gives_the_defaults()
    {
        Assert.Equal(new DnsSettingsRead(new DnsSettings(), [], []), DnsSettingsParser.Parse(null));
        Assert.Equal(new DnsSettings(), Read(("cluster-domain", ""), ("dns-ttl", " "), ("dns-upstreams", ""), ("dns-stub-domains", "\n"), ("dns-completion", ""), ("pod-cidrs", "10.0.0.0/8")));
    }

    [Fact]
    public void Every_key_is_read()
    {
        var read = Read(
            ("dns-address", "169.254.25.10"), ("cluster-domain", "K8S.example."), ("dns-ttl", "30"), ("dns-pod-records", "false"), ("dns-completion", "off"),
            ("dns-transfer-to", "192.0.2.0/24, 2001:db8::1"), ("dns-upstreams", "192.0.2.53, tls://192.0.2.54#dns.example"),
            ("dns-stub-domains", "corp.example = 10.0.0.53 10.0.0.54\n# not.this = 10.0.0.1\n10.1.0.0/16 = 10.0.0.55:5353\n"), ("dns-hosts", "10.0.0.1 DB.example db # the database\n::1 six.example"));
        Assert.Equal([IpAddress.Parse("169.254.25.10")], read.Addresses);
        Assert.Equal(("k8s.example.", 30u, PodRecords.Off, false), (read.ClusterDomain.ToString(), read.Ttl, read.PodRecords, read.Completion));
        Assert.Equal("192.0.2.0/24 2001:db8::1/128", string.Join(' ', read.TransferTo));
        Assert.Equal(
            ["1.10.in-addr.arpa. <- 10.0.0.55:5353", "corp.example. <- 10.0.0.53, 10.0.0.54", ". <- 192.0.2.53, tls://192.0.2.54#dns.example"],
            read.Routes.Select(route => $"{route.Zone} <- {string.Join(", ", route.Upstreams)}"));
        Assert.Equal("db.example. 10.0.0.1|db. 10.0.0.1|six.example. ::1", string.Join('|', read.RouteOf(DnsName.Root)!.Hosts.Entries.Select(host => $"{host.Name} {host.Address}")));
        Assert.False(read.RouteOf(DnsName.Root)!.AsksNodeServers);
    }

    [Theory]
    [InlineData("true", PodRecords.Unchecked)]
    [InlineData("verified", PodRecords.Verified)]
    [InlineData("off", PodRecords.Off)]
    public void Names_of_pods_are_answered_checked_or_not(string value, PodRecords records)
    {
        Assert.Equal(records, Read(("dns-pod-records", value)).PodRecords);
        var mode = records switch { PodRecords.Unchecked => "insecure", PodRecords.Verified => "verified", _ => "disabled" };
        Assert.Equal(records, Read(("Corefile", $".:53 {{\n kubernetes cluster.local {{\n pods {mode}\n }}\n}}")).PodRecords);
    }

    [Theory]
    [InlineData("192.0.2.53", "192.0.2.53", false)]
    [InlineData("192.0.2.53, [2001:db8::53]:5353", "192.0.2.53 [2001:db8::53]:5353", false)]
    [InlineData("192.0.2.53 node", "192.0.2.53", true)]
    [InlineData("none", "", false)]
    public void Servers_for_everything_take_the_place_of_the_nodes_own(string value, string servers, bool asksNode)
    {
        var root = Assert.Single(Read(("dns-upstreams", value)).Routes);
        Assert.Equal((servers, asksNode, true), (string.Join(' ', root.Upstreams), root.AsksNodeServers, root.Zone.IsRoot));
    }

    [Fact]
    public void Stub_domains_go_before_the_root_the_longest_first()
    {
        var routes = Read(("dns-stub-domains", "corp.example = 192.0.2.53, 192.0.2.54\nlab.corp.example = 192.0.2.55;example = 192.0.2.56")).Routes;
        Assert.Equal(
            "lab.corp.example. 192.0.2.55|corp.example. 192.0.2.53 192.0.2.54|example. 192.0.2.56|. ",
            string.Join('|', routes.Select(route => $"{route.Zone} {string.Join(' ', route.Upstreams)}")));
    }

    [Fact]
    public void Letters_are_left_to_chance_for_every_server_or_for_none()
    {
        (string, string)[] mixed = [("dns-mix-case", "true"), ("dns-stub-domains", "corp.example = 192.0.2.53"), ("dns-upstreams", "192.0.2.54"), ("Corefile", "example.org {\n forward . 192.0.2.55\n}\n. {\n forward . 192.0.2.56\n}")];
        Assert.Equal([true, true, true], Read(mixed).Routes.Select(route => route.MixCase));
        Assert.Equal([false, false, false], Read(mixed[1..]).Routes.Select(route => route.MixCase));
    }

    [Theory]
    [InlineData("dns-ttl", "-1", "dns-ttl: '-1' is no number of seconds from 0 to 3600 (5 is used meanwhile)")]
    [InlineData("dns-ttl", "3601", "dns-ttl: '3601' is no number of seconds from 0 to 3600 (5 is used meanwhile)")]
    [InlineData("cluster-domain", ".", "cluster-domain: '.' is no domain: the root holds everybody's names; write what the kubelets have as clusterDomain (cluster.local. is used meanwhile)")]
    [InlineData("cluster-domain", "a..b", "cluster-domain: 'a..b' is no domain: 'a..b' has an empty label; write what the kubelets have as clusterDomain (cluster.local. is used meanwhile)")]
    [InlineData("dns-completion", "maybe", "dns-completion: 'maybe' is neither true nor false (true is used meanwhile)")]
    [InlineData("dns-transfer-to", "10.0.0.0/33", "dns-transfer-to: '10.0.0.0/33' is not a CIDR block; write blocks such as 192.0.2.0/24, separated by commas")]
    [InlineData("dns-upstreams", "dns.example", "dns-upstreams: 'dns.example' is no server; write addresses such as 192.0.2.53, [2001:db8::53]:5353 or tls://192.0.2.53#dns.example")]
    [InlineData("dns-stub-domains", "corp.example", "dns-stub-domains: 'corp.example' is no domain with servers; write lines such as corp.example = 192.0.2.53")]
    [InlineData("dns-stub-domains", "10.0.0.0/9 = 10.0.0.1", "dns-stub-domains: '10.0.0.0/9' is no domain: the names of 10.0.0.0/9 have no end in common; write blocks whose length is a multiple of 8")]
    [InlineData("dns-stub-domains", ". = 192.0.2.1", "dns-stub-domains: the root is no stub domain: name servers for everything by dns-upstreams")]
    [InlineData("dns-hosts", "db.example 10.0.0.1", "dns-hosts line 1: 'db.example' is no address; write an address and its names, such as '192.0.2.1 www.example.org'")]
    [InlineData("dns-upstream", "10.0.0.1", "dns-upstream: there is no such key; those of DNS are dns, dns-address, dns-ttl, dns-pod-records, dns-completion, dns-mix-case, dns-transfer-to, dns-upstreams, dns-stub-domains, dns-hosts, cluster-domain and Corefile")]
    public void A_bad_value_is_named_and_leaves_the_default(string key, string value, string message)
    {
        var read = DnsSettingsParser.Parse([new(key, value)]);
        Assert.Equal([new Problem("ConfigMap kube-system/weft-config", "InvalidSetting", message)], read.Problems);
        Assert.Equal(new DnsSettings(), read.Settings);
    }

    [Fact]
    public void A_key_counts_more_than_the_corefile()
    {
        var read = Read(("Corefile", "corp.example {\n forward . 10.0.0.1\n}\n. {\n kubernetes other.local { \n ttl 9 \n}\n forward . 10.0.0.2 {\n policy round_robin\n}\n}"), ("cluster-domain", "cluster.local"), ("dns-upstreams", "192.0.2.1"));
        Assert.Equal(("cluster.local.", 9u), (read.ClusterDomain.ToString(), read.Ttl));
        Assert.Equal(("192.0.2.1", UpstreamPolicy.RoundRobin), (string.Join(',', read.RouteOf(DnsName.Root)!.Upstreams), read.RouteOf(DnsName.Root)!.Policy));
        Assert.Equal("10.0.0.1", string.Join(',', read.Routes[0].Upstreams));
    }

    private static DnsSettings Read(params (string Key, string Value)[] data)
    {
        var read = DnsSettingsParser.Parse(data.Select(entry => KeyValuePair.Create(entry.Key, entry.Value)));
        Assert.Empty(read.Problems);
        return read.Settings;
    }
}
