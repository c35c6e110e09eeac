using Weft.Compilers.Clusters;
using Weft.Compilers.Dns;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Tests.Golden;

namespace Weft.Tests.Dns.Place;

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
        EquatableArray<IpAddress> addresses = [.. new[] { "10.96.0.10", "169.254.20.10", "fd00:169:254:20::10" }.Select(text => IpAddress.Parse(text))];
        GoldenFolder.Here().Check("dual", "nft.txt", NftPrinter.Print(new NftRuleset { Tables = [DnsPlaceCompiler.Table(addresses)] }));
    }
}
