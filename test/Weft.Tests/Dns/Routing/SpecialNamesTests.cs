using System.Collections.Concurrent;
using Weft.Compilers.Dns.Settings;
using Weft.Dns.Routing;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Tests.Node.Proxy;

namespace Weft.Tests.Dns.Routing;

/// <summary>Hosts, rewrites, parts of the cluster's domain and the lines of queries, from a Corefile to answers on sockets.</summary>
public sealed class SpecialNamesTests
{
    private const string Corefile = """
        part.cluster.local {
            forward . SERVER {
                policy sequential
            }
        }
        . {
            errors
            log . {
                class success denial
            }
            hosts {
                192.0.2.10 db.example Six.example
                2001:db8::10 six.example
                192.0.2.11 taken.default.svc.cluster.local
                ttl 77
                fallthrough
            }
            rewrite name www.example web.default.svc.cluster.local
            rewrite name suffix .old.example .default.svc.cluster.local answer auto
            rewrite name regex (.*)-at-(.*)\.example {1}.{2}.svc.cluster.local
            rewrite name alias.example db.example
            rewrite name lost.example nobody.other.test
            forward . 127.53.0.1:9
        }
        """;

    private static readonly DnsTable Table = new(
        [
            new NamedService("default", "web") { Addresses = [IpAddress.Parse("10.96.0.20")] },
            new NamedService("default", "taken") { Addresses = [IpAddress.Parse("10.96.0.21")] },
        ],
        ["default"]);

    [Theory]
    [InlineData("db.example", DnsType.A, DnsCode.NoError, "db.example. 77 IN A 192.0.2.10")]
    [InlineData("DB.example", DnsType.AAAA, DnsCode.NoError, "")]
    [InlineData("six.example", DnsType.AAAA, DnsCode.NoError, "six.example. 77 IN AAAA 2001:db8::10")]
    [InlineData("10.2.0.192.in-addr.arpa", DnsType.PTR, DnsCode.NoError, "10.2.0.192.in-addr.arpa. 77 IN PTR db.example.")]
    [InlineData("taken.default.svc.cluster.local", DnsType.A, DnsCode.NoError, "taken.default.svc.cluster.local. 77 IN A 192.0.2.11")]
    [InlineData("web.default.svc.cluster.local", DnsType.A, DnsCode.NoError, "web.default.svc.cluster.local. 5 IN A 10.96.0.20")]
    [InlineData("www.example", DnsType.A, DnsCode.NoError, "www.example. 5 IN A 10.96.0.20")]
    [InlineData("Web.Old.example", DnsType.A, DnsCode.NoError, "Web.Old.example. 5 IN A 10.96.0.20")]
    [InlineData("web-at-default.example", DnsType.A, DnsCode.NoError, "web-at-default.example. 5 IN A 10.96.0.20")]
    [InlineData("nobody.old.example", DnsType.A, DnsCode.NXDomain, "")]
    [InlineData("www.example", DnsType.AAAA, DnsCode.NoError, "")]
    [InlineData("alias.example", DnsType.A, DnsCode.NoError, "alias.example. 77 IN A 192.0.2.10")]
    [InlineData("lost.example", DnsType.A, DnsCode.ServFail, "")]
    [InlineData("x.part.cluster.local", DnsType.A, DnsCode.NoError, "x.part.cluster.local. 9 IN A 198.51.100.1")]
    public async Task Names_are_answered_as_the_corefile_says(string name, DnsType type, DnsCode code, string records)
    {
        await using var other = DnsListeners.Open(Other(), [DnsTalk.AnyPort]);
        using var builder = Build(Corefile.Replace("SERVER", other.Addresses[0].ToString(), StringComparison.Ordinal), log: null);
        await using var listeners = DnsListeners.Open(builder.Service, [DnsTalk.AnyPort]);
        foreach (var options in new byte[]?[] { null, [] })
        {
            var answer = DnsTalk.Read(await DnsTalk.ByDatagramAsync(listeners.Addresses[0], DnsTalk.Query(name, type, options: options)));
            Assert.Equal((code, records), (answer.Code, string.Join('|', answer.Answers)));
            Assert.Equal((name, options is not null), (answer.Questions.Single().Name.ToString().TrimEnd('.'), answer.Edns is not null));
        }

        Assert.Equal(0, builder.Service.Faults);
    }

    [Fact]
    public async Task Hosts_that_let_nothing_through_deny_all_other_names()
    {
        using var builder = Build(". {\n hosts {\n 192.0.2.10 db.example\n fallthrough svc.cluster.local\n }\n}", log: null);
        await using var listeners = DnsListeners.Open(builder.Service, [DnsTalk.AnyPort]);
        Assert.Equal(DnsCode.NXDomain, await CodeAsync("other.example"));
        Assert.Equal(DnsCode.NXDomain, await CodeAsync("1.0.0.10.in-addr.arpa"));
        Assert.Equal(DnsCode.NoError, await CodeAsync("db.example"));
        Assert.Equal(DnsCode.NoError, await CodeAsync("web.default.svc.cluster.local"));

        async Task<DnsCode> CodeAsync(string name) => DnsTalk.Read(await DnsTalk.ByDatagramAsync(listeners.Addresses[0], DnsTalk.Query(name))).Code;
    }

    [Fact]
    public async Task Queries_and_errors_leave_the_lines_that_coredns_would_write()
    {
        var lines = new ConcurrentQueue<string>();
        using var builder = Build(Corefile.Replace("SERVER", "127.53.0.1:9", StringComparison.Ordinal), lines.Enqueue);
        await using var listeners = DnsListeners.Open(builder.Service, [DnsTalk.AnyPort]);
        await DnsTalk.ByDatagramAsync(listeners.Addresses[0], DnsTalk.Query("WEB.default.svc.cluster.local", id: 29008, options: []));
        await DnsTalk.ByDatagramAsync(listeners.Addresses[0], DnsTalk.Query("nobody.default.svc.cluster.local", DnsType.AAAA));
        await DnsTalk.ByDatagramAsync(listeners.Addresses[0], DnsTalk.Query("elsewhere.test"));
        await DnsTalk.ByDatagramAsync(listeners.Addresses[0], DnsTalk.Query("x.part.cluster.local"));

        // Lines are written before answers are sent.
        Assert.Collection(
            lines,
            line => Assert.Matches("""^\[INFO\] 127\.0\.0\.1:\d+ - 29008 "A IN web\.default\.svc\.cluster\.local\. udp 58 false 1232" NOERROR qr,aa,rd,ra 74 [0-9.]+s$""", line),
            line => Assert.Matches("""^\[INFO\] 127\.0\.0\.1:\d+ - 7 "AAAA IN nobody\.default\.svc\.cluster\.local\. udp 50 false 512" NXDOMAIN qr,aa,rd,ra \d+ [0-9.]+s$""", line),
            line => Assert.Matches(@"^\[ERROR\] plugin/errors: 2 elsewhere\.test\. A: 127\.53\.0\.1:9: ", line));
        builder.Apply(Settings(". {\n forward . 127.53.0.1:9\n}"), []);
        await DnsTalk.ByDatagramAsync(listeners.Addresses[0], DnsTalk.Query("web.default.svc.cluster.local"));
        Assert.Equal(3, lines.Count);
    }

    [Fact]
    public void Of_many_errors_in_a_second_a_few_are_told()
    {
        var (lines, time) = (new List<string>(), new ManualTime());
        var log = new ErrorLog(lines.Add, time);
        for (var i = 0; i < 100; i++)
            log.Failed(DnsName.Parse("a.example"), DnsType.A, "nobody answers");
        Assert.Equal(10, lines.Count);
        time.Advance(TimeSpan.FromSeconds(1));
        log.Failed(DnsName.Parse("a.example"), DnsType.A, "nobody answers");
        Assert.Equal(["[ERROR] plugin/errors: 90 more names could not be answered", "[ERROR] plugin/errors: 2 a.example. A: nobody answers"], lines[10..]);
    }

    [Fact]
    public void Without_such_settings_no_route_is_looked_at_before_the_zone()
    {
        using var builder = new DnsServiceBuilder(new DnsSettings(), Zone(), [], TimeProvider.System);
        Assert.False(builder.Service.Routes.IsSpecial);
        builder.Apply(Settings(". {\n hosts {\n fallthrough\n }\n forward . 127.53.0.1\n}"), []);
        Assert.False(builder.Service.Routes.IsSpecial);
        builder.Apply(Settings(". {\n rewrite name a.example b.example\n}"), []);
        Assert.True(builder.Service.Routes.IsSpecial);
    }

    private static DnsSettings Settings(string text)
    {
        var read = DnsSettingsParser.Parse([new("Corefile", text)]);
        Assert.Empty(read.Problems);
        return read.Settings;
    }

    private static DnsServiceBuilder Build(string text, Action<string>? log) => new(Settings(text), Zone(), [], TimeProvider.System, log);

    private static ClusterZone Zone() => ClusterZone.Empty(DnsServiceBuilder.ZoneOf(new DnsSettings(), []), 1).With(Table);

    private static DnsService Other()
    {
        var hosts = DnsHosts.None with { Entries = [new DnsHost(DnsName.Parse("x.part.cluster.local"), IpAddress.Parse("198.51.100.1"))], Ttl = 9 };
        var settings = new DnsSettings { ClusterDomain = DnsName.Parse("other.local"), Routes = [new DnsRoute(DnsName.Root) { Hosts = hosts }] };
        return new DnsServiceBuilder(settings, ClusterZone.Empty(DnsServiceBuilder.ZoneOf(settings, []), 1), [], TimeProvider.System).Service;
    }
}
