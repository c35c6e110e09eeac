using Weft.EndToEnd.Support;

namespace Weft.EndToEnd.Dns;

/// <summary>Names of the cluster as dig sees them: from pods, from pods on their node's network, from nodes.</summary>
[Collection(DnsCollection.Name)]
public sealed class NameTests
{
    private readonly DnsLab _dns;

    public NameTests(DnsLab dns)
    {
        DnsLab.RequireDig();
        _dns = dns;
    }

    [Fact]
    public async Task Every_address_answers_pods_and_nodes_by_udp_and_tcp()
    {
        var web = await _dns.FieldAsync("service", "web", ".spec.clusterIP");
        foreach (var server in DnsLab.Servers)
        {
            foreach (var transport in new[] { "+notcp", "+tcp" })
            {
                string[] query = [$"@{server}", transport, "web.default.svc.cluster.local"];
                Assert.Equal([web], await _dns.DigAsync("client", query));
                Assert.Equal([web], await _dns.DigAsync("on-node", query));
                Assert.Equal([web], await _dns.DigOnNodeAsync("node1", query));
                Assert.Equal([web], await _dns.DigOnNodeAsync("node2", query));
            }
        }
    }

    [Fact]
    public async Task Services_have_addresses_of_both_families_ports_and_names_of_addresses()
    {
        var addresses = (await _dns.FieldAsync("service", "web", ".spec.clusterIPs[*]")).Split(' ');
        Assert.Equal([addresses[0]], await _dns.DigAsync("client", "web.default.svc.cluster.local"));
        Assert.Equal([addresses[1]], await _dns.DigAsync("client", "web.default.svc.cluster.local", "AAAA"));
        Assert.Equal(["0 100 80 web.default.svc.cluster.local."], await _dns.DigAsync("client", "_http._tcp.web.default.svc.cluster.local", "SRV"));
        Assert.Equal(["web.default.svc.cluster.local."], await _dns.DigAsync("client", "-x", addresses[0]));
        Assert.Equal(["web.default.svc.cluster.local."], await _dns.DigAsync("client", "-x", addresses[1]));
        Assert.Equal(["\"1.1.0\""], await _dns.DigAsync("client", "dns-version.cluster.local", "TXT"));
    }

    [Fact]
    public async Task Pods_of_a_headless_service_have_names_of_their_own()
    {
        var pods = await _dns.Lab.PodAddressesAsync();
        Assert.Equal(new[] { pods["db-0"], pods["db-1"] }.Order(StringComparer.Ordinal), await _dns.DigAsync("client", "db.default.svc.cluster.local"));
        Assert.Equal([pods["db-0"]], await _dns.DigAsync("client", "db-0.db.default.svc.cluster.local"));
        Assert.Equal(["db-1.db.default.svc.cluster.local."], await _dns.DigAsync("client", "-x", pods["db-1"]));
        Assert.Equal([pods["db-0"]], await _dns.DigAsync("client", $"{pods["db-0"].Replace('.', '-')}.default.pod.cluster.local"));
    }

    [Fact]
    public async Task An_alias_leads_on()
    {
        var pods = await _dns.Lab.PodAddressesAsync();
        Assert.Equal(
            new[] { "db.default.svc.cluster.local.", pods["db-0"], pods["db-1"] }.Order(StringComparer.Ordinal),
            await _dns.DigAsync("client", "cache.default.svc.cluster.local"));
    }

    [Fact]
    public async Task The_service_of_cluster_dns_has_the_tenth_address_of_each_range()
    {
        var addresses = (await _dns.Lab.KubectlAsync("get", "service", "kube-dns", "-n", "kube-system", "-o", "jsonpath={.spec.clusterIPs[*]}")).Succeeded().Output;
        Assert.Equal("10.96.0.10 fd00:10:96::a", addresses);
        Assert.Equal(["10.96.0.10"], await _dns.DigAsync("client", "kube-dns.kube-system.svc.cluster.local"));
        Assert.Equal(["10.96.0.10"], await _dns.DigAsync("client", "ns.dns.cluster.local"));
    }

    [Fact]
    public async Task A_service_is_answered_when_it_comes_changes_and_goes()
    {
        const string name = "late.default.svc.cluster.local";
        Assert.Contains("NXDOMAIN", await _dns.InPodAsync("client", "dig", "+time=6", name));
        (await _dns.Lab.KubectlAsync("create", "service", "externalname", "late", "--external-name", "db-0.db.default.svc.cluster.local", "--tcp=80")).Succeeded();
        var pods = await _dns.Lab.PodAddressesAsync();
        await _dns.UntilAsync("client", name, "db-0.db.default.svc.cluster.local.", pods["db-0"]);
        (await _dns.Lab.KubectlAsync("delete", "service", "late")).Succeeded();
        await _dns.UntilAsync("client", name);
        Assert.Contains("NXDOMAIN", await _dns.InPodAsync("client", "dig", "+time=6", name));
    }

    [Fact]
    public async Task Nothing_but_dns_is_reached_by_these_addresses()
    {
        (await _dns.Lab.WeftAsync("node", "exec", "node1", "--", "sh", "-c", "command -v socat")).Succeeded();
        using var listener = _dns.Lab.StartWeft("node", "exec", "node1", "--", "socat", "TCP6-LISTEN:18099,ipv6only=0,fork,reuseaddr", "EXEC:echo here");
        try
        {
            // The listener is there for the node's own address before it is tried by those of DNS.
            const string ask = "socat -u TCP:{0}:18099,connect-timeout=5 -";
            await Shell.UntilAsync(async () => (await _dns.Lab.WeftAsync("exec", "client", "--", "sh", "-c", string.Format(null, ask, "172.30.0.2"))).Output.Contains("here"), "the listener listens");
            Assert.NotEqual(0, (await _dns.Lab.WeftAsync("exec", "client", "--", "sh", "-c", string.Format(null, ask, "169.254.20.10"))).ExitCode);
            Assert.NotEqual(0, (await _dns.Lab.WeftAsync("exec", "client", "--", "sh", "-c", string.Format(null, ask, "[fd00:169:254:20::10]"))).ExitCode);
        }
        finally
        {
            if (!listener.HasExited)
                listener.Kill(entireProcessTree: true);
        }
    }
}
