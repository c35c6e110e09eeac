using Weft.Compilers.Clusters;
using Weft.Compilers.Dns;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Nftables;

namespace Weft.Tests.Dns;

public sealed class DnsPlaceCompilerTests
{
    private static readonly Service KubeDns = new()
    {
        Metadata = new() { Namespace = "kube-system", Name = "kube-dns" },
        Spec = new() { ClusterIPs = ["10.96.0.10", "fd96::a"] },
    };

    [Theory]
    [InlineData(true, true, "10.96.0.10 169.254.20.10 fd00:169:254:20::10 fd96::a")]
    [InlineData(true, false, "10.96.0.10 169.254.20.10")]
    [InlineData(false, true, "fd00:169:254:20::10 fd96::a")]
    public void Addresses_are_those_of_the_settings_and_the_service_in_the_families_of_the_cluster(bool v4, bool v6, string wanted) =>
        Assert.Equal(wanted, string.Join(' ', DnsPlaceCompiler.Addresses(new ClusterSettings(), KubeDns, isV6 => isV6 ? v6 : v4)));

    [Fact]
    public void Without_the_service_the_addresses_of_the_settings_are_left_and_switched_off_there_are_none()
    {
        Assert.Equal("169.254.20.10 fd00:169:254:20::10", string.Join(' ', DnsPlaceCompiler.Addresses(new ClusterSettings(), null, _ => true)));
        Assert.Empty(DnsPlaceCompiler.Addresses(new ClusterSettings { Dns = ClusterDnsMode.Off }, KubeDns, _ => true));
    }

    [Fact]
    public void The_kernel_never_takes_an_address_of_dns_as_a_source_by_itself()
    {
        Assert.Equal(Weft.Model.Routes.RouteScope.Host, DnsPlaceCompiler.OnDevice(IpAddress.Parse("169.254.20.10")).Scope);
        Assert.True(DnsPlaceCompiler.OnDevice(IpAddress.Parse("fd96::a")).Deprecated);
    }

    [Fact]
    public void The_table_keeps_queries_and_answers_untracked_and_refuses_the_rest_from_outside()
    {
        var table = NftGuards.Complete(DnsPlaceCompiler.Table([IpAddress.Parse("10.96.0.10"), IpAddress.Parse("169.254.20.10")]));
        Assert.Equal(
            """
            table inet weft-dns {
            	comment "cluster DNS, answered on this node"
            	set servers-v4 {
            		type ipv4_addr
            		comment "where it is answered"
            		elements = { 10.96.0.10,
            			     169.254.20.10 }
            	}
            	chain input {
            		type filter hook input priority 0; policy accept;
            		iifname != "lo" ip daddr @servers-v4 tcp dport != 53 reject with tcp reset
            		iifname != "lo" ip daddr @servers-v4 udp dport != 53 reject with icmpx port-unreachable
            	}
            	chain output {
            		type filter hook output priority -300; policy accept;
            		udp dport 53 ip daddr @servers-v4 notrack
            		udp sport 53 ip saddr @servers-v4 notrack
            		tcp dport 53 ip daddr @servers-v4 notrack
            		tcp sport 53 ip saddr @servers-v4 notrack
            	}
            	chain prerouting {
            		type filter hook prerouting priority -300; policy accept;
            		udp dport 53 ip daddr @servers-v4 notrack
            		udp sport 53 ip saddr @servers-v4 notrack
            		tcp dport 53 ip daddr @servers-v4 notrack
            		tcp sport 53 ip saddr @servers-v4 notrack
            	}
            }

            """,
            NftPrinter.Print(new NftRuleset { Tables = [table] }));
    }
}
