using Weft.Dns.Routing;
using Weft.Dns.Zones;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Tests.Dns;

/// <summary>Services from settings, and what stays when settings change.</summary>
public sealed class DnsServiceBuilderTests
{
    private static readonly DnsUpstream First = new(IpAddress.Parse("192.0.2.1"), 53), Second = new(IpAddress.Parse("192.0.2.2"), 53);
    private static readonly DnsRoute Root = new(DnsName.Root) { Upstreams = [First] };
    private static readonly DnsRoute Stub = new(DnsName.Parse("corp.example")) { Upstreams = [Second] };

    [Fact]
    public void The_longest_zone_is_taken_whatever_the_order()
    {
        using var builder = Build(new DnsSettings { Routes = [Root, Stub] }, []);
        Assert.Equal(["corp.example.", "."], builder.Service.Routes.Routes.Select(route => route.Zone.ToString()));
        Assert.Equal(Stub, builder.Service.Routes.Find(DnsName.Parse("www.CORP.example").Wire)?.Settings);
        Assert.Equal(Root, builder.Service.Routes.Find(DnsName.Parse("mycorp.example").Wire)?.Settings);
        Assert.Equal(Stub, new DnsSettings { Routes = [Stub, Root] }.RouteOf(DnsName.Parse("corp.example")));
    }

    [Fact]
    public void The_servers_of_the_node_come_last_and_the_service_itself_is_none_of_them()
    {
        var settings = new DnsSettings { Routes = [Root with { AsksNodeServers = true }] };
        using var builder = Build(settings, [settings.Addresses[0], IpAddress.Parse("198.51.100.1")]);
        Assert.Equal("192.0.2.1, 198.51.100.1", string.Join(", ", builder.Service.Routes.Routes.Single().Servers));
    }

    [Fact]
    public void A_route_that_does_not_change_stays_and_memory_stays_while_the_servers_are_the_same()
    {
        using var builder = Build(new DnsSettings { Routes = [Stub, Root] }, []);
        var before = builder.Service.Routes.Routes;
        builder.Apply(new DnsSettings { Routes = [Stub, Root with { MostInFlight = 5 }] }, []);
        var after = builder.Service.Routes.Routes;
        Assert.Same(before[0], after[0]);
        Assert.NotSame(before[1], after[1]);
        Assert.Same(before[1].Forwarder.Cache, after[1].Forwarder.Cache);
        builder.Apply(new DnsSettings { Routes = [Stub, Root with { Upstreams = [Second] }] }, []);
        Assert.NotSame(before[1].Forwarder.Cache, builder.Service.Routes.Routes[1].Forwarder.Cache);
    }

    [Fact]
    public async Task Names_without_a_route_or_servers_fail_and_say_why()
    {
        using var builder = Build(new DnsSettings { Routes = [Stub with { Upstreams = [] }, new DnsRoute(DnsName.Parse("org")) { Upstreams = [First], Except = [DnsName.Parse("example.org")] }] }, []);
        Assert.Equal("no route leads to servers for www.example.net.", (await builder.Service.Routes.AskAsync(DnsName.Parse("www.example.net"), DnsType.A)).Failure);
        Assert.Equal("there is no server to ask", (await builder.Service.Routes.AskAsync(DnsName.Parse("www.corp.example"), DnsType.A)).Failure);
        Assert.Equal("the route of org. excepts www.example.org.", (await builder.Service.Routes.AskAsync(DnsName.Parse("www.example.org"), DnsType.A)).Failure);
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("192.0.2.1:53", "192.0.2.1")]
    [InlineData("dns://192.0.2.1:5353", "192.0.2.1:5353")]
    [InlineData("2001:db8::1", "[2001:db8::1]")]
    [InlineData("[2001:db8::1]:5353", "[2001:db8::1]:5353")]
    [InlineData("tls://192.0.2.1", "tls://192.0.2.1")]
    [InlineData("tls://[2001:db8::1]:8853#dns.example", "tls://[2001:db8::1]:8853#dns.example")]
    [InlineData("192.0.2.1#dns.example", null)]
    [InlineData("tls://192.0.2.1#", null)]
    [InlineData("192.0.2.1:0", null)]
    [InlineData("192.0.2.1:65536", null)]
    [InlineData("[192.0.2.1]:53", null)]
    [InlineData("dns.example", null)]
    [InlineData("https://192.0.2.1", null)]
    [InlineData("", null)]
    [InlineData("[", null)]
    [InlineData("[]:53", null)]
    public void Servers_are_read(string text, string? read) => Assert.Equal(read, DnsUpstream.TryParse(text, out var upstream) ? upstream.ToString() : null);

    [Fact]
    public void The_file_of_the_resolver_is_read()
    {
        var read = ResolvConf.Parse("# made by hand\nnameserver 192.0.2.53\nnameserver fe80::1%eth0\nnameserver 2001:db8::53 \nsearch a.example  b.example\noptions edns0 ndots:5 ndots:x\nnonsense\n");
        Assert.Equal("192.0.2.53 2001:db8::53", string.Join(' ', read.Servers));
        Assert.Equal("a.example. b.example.", string.Join(' ', read.Search));
        Assert.Equal((5, 1), (read.Ndots, ResolvConf.Parse("").Ndots));
    }

    private static DnsServiceBuilder Build(DnsSettings settings, EquatableArray<IpAddress> nodeServers) =>
        new(settings, ClusterZone.Empty(DnsServiceBuilder.ZoneOf(settings, []), 1), nodeServers, TimeProvider.System);
}
