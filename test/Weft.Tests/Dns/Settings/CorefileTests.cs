using FsCheck;
using FsCheck.Fluent;
using Weft.Compilers.Dns.Settings;
using Weft.Model.Dns;

namespace Weft.Tests.Dns.Settings;

/// <summary>What a Corefile means, and what is said of lines that are not done.</summary>
public sealed class CorefileTests
{
    private const string Kubeadm = """
        .:53 {
            errors
            health {
               lameduck 5s
            }
            ready
            kubernetes cluster.local in-addr.arpa ip6.arpa {
               pods insecure
               fallthrough in-addr.arpa ip6.arpa
               ttl 30
            }
            prometheus :9153
            forward . /etc/resolv.conf {
               max_concurrent 1000
            }
            cache 30 {
               disable success cluster.local
               disable denial cluster.local
            }
            loop
            reload
            loadbalance
        }
        """;

    [Fact]
    public void The_file_that_kubeadm_writes_is_read_without_a_problem()
    {
        var read = Parse(Kubeadm);
        Assert.Empty(read.Problems);
        Assert.Equal(["health", "loadbalance", "loop", "prometheus", "ready", "reload"], read.Notes.Select(note => note.Split(' ')[0]));
        Assert.Equal(("cluster.local.", 30u, PodRecords.Unchecked), (read.Settings.ClusterDomain.ToString(), read.Settings.Ttl, read.Settings.PodRecords));
        var root = Assert.Single(read.Settings.Routes);
        var cached = TimeSpan.FromSeconds(30);
        Assert.Equal((true, 0, UpstreamPolicy.Random, 1000, true, DnsLogClasses.None), (root.AsksNodeServers, root.Upstreams.Count, root.Policy, root.MostInFlight, root.LogErrors, root.Log));
        Assert.Equal(new CacheLimits { MaxTtl = cached, MaxNegativeTtl = cached, MaxStale = TimeSpan.Zero, Prefetch = 0 }, root.Cache);
    }

    [Fact]
    public void Everything_that_forward_and_cache_can_say_is_taken_over()
    {
        var root = Single("""
            # a comment, and "quotes" in it
            "." {
              forward . 192.0.2.1 [2001:db8::1]:5353 tls://192.0.2.2 tls://192.0.2.3%dns.example:8853 /etc/resolv.conf { # as usual
                except corp.example 10.0.0.0/8
                tls_servername other.example
                policy sequential
                max_fails 0
                expire 1m30s
                health_check 250ms
                max_concurrent 12
                prefer_udp
              }
              cache 300 {
                success 5000 120 10
                denial 1000 60
                prefetch 3 1m 25%
                serve_stale 2h verify
              }
            }
            """);
        Assert.Equal("192.0.2.1, [2001:db8::1]:5353, tls://192.0.2.2#other.example, tls://192.0.2.3:8853#dns.example", string.Join(", ", root.Upstreams));
        Assert.Equal("corp.example. 10.in-addr.arpa.", string.Join(' ', root.Except));
        Assert.Equal(
            (UpstreamPolicy.Sequential, 0, 90.0, 0.25, 12, true),
            (root.Policy, root.MostFailures, root.Expire.TotalSeconds, root.HealthInterval.TotalSeconds, root.MostInFlight, root.AsksNodeServers));
        var expected = new CacheLimits
        {
            Entries = 5000, MaxTtl = TimeSpan.FromSeconds(120), MinTtl = TimeSpan.FromSeconds(10), MaxNegativeTtl = TimeSpan.FromSeconds(60), MaxStale = TimeSpan.FromHours(2), Prefetch = 0.25,
        };
        Assert.Equal(expected, root.Cache);
    }

    [Fact]
    public void Blocks_zones_forwards_and_snippets_become_routes()
    {
        var read = Clean("""
            (usual) {
                cache
                log
            }
            corp.example:53, dns://other.example {
                import usual
                forward . 10.0.0.1 {
                    force_tcp
                }
            }
            10.1.0.0/16 fd00::/8 {
                forward . 10.0.0.2
            }
            . {
                errors
                forward lab.example 10.0.0.3
                forward . 10.0.0.4
            }
            """);
        Assert.Equal(
            ["1.10.in-addr.arpa. 10.0.0.2", "d.f.ip6.arpa. 10.0.0.2", "corp.example. 10.0.0.1", "lab.example. 10.0.0.3", "other.example. 10.0.0.1", ". 10.0.0.4"],
            read.Routes.Select(route => $"{route.Zone} {string.Join(' ', route.Upstreams)}"));
        var corp = read.Routes.First(route => route.Zone == DnsName.Parse("corp.example"));
        Assert.Equal((UpstreamTransport.Stream, DnsLogClasses.All, false, 9984), (corp.Upstreams[0].Transport, corp.Log, corp.LogErrors, corp.Cache.Entries));
        Assert.Equal((true, 0, DnsLogClasses.None), (read.RouteOf(DnsName.Root)!.LogErrors, read.RouteOf(DnsName.Root)!.Cache.Entries, read.RouteOf(DnsName.Root)!.Log));
    }

    [Fact]
    public void Hosts_deny_all_else_unless_names_fall_through()
    {
        var hosts = Single(". {\n hosts {\n 10.0.0.1 a.example b.example\n ::1 a.example\n ttl 60\n no_reverse\n }\n}").Hosts;
        Assert.Equal("a.example. 10.0.0.1|b.example. 10.0.0.1|a.example. ::1", string.Join('|', hosts.Entries.Select(host => $"{host.Name} {host.Address}")));
        Assert.Equal((60u, false, "."), (hosts.Ttl, hosts.IsReversible, string.Join(' ', hosts.Denies)));
        Assert.Empty(Single(". {\n hosts {\n 10.0.0.1 a.example\n fallthrough\n }\n}").Hosts.Denies);
        Assert.Equal("in-addr.arpa.", string.Join(' ', Single(". {\n hosts {\n fallthrough in-addr.arpa\n }\n}").Hosts.Passes));
        var filed = DnsSettingsParser.Parse([new("Corefile", ". {\n hosts /etc/coredns/NodeHosts {\n fallthrough\n }\n}"), new("NodeHosts", "10.0.0.9 node1")]);
        Assert.Empty(filed.Problems);
        Assert.Equal("node1.", filed.Settings.RouteOf(DnsName.Root)!.Hosts.Entries.Single().Name.ToString());
    }

    [Fact]
    public void Rewrites_are_read_in_all_their_forms()
    {
        var rules = Single("""
            . {
              rewrite name www.example.org Web.default.svc.cluster.local
              rewrite continue name prefix old- new-
              rewrite stop name suffix .example.net .example.org answer auto
              rewrite name substring staging production
              rewrite stop {
                name regex (.*)\.example\.com {1}.default.svc.cluster.local
                answer name (.*)\.default\.svc\.cluster\.local {1}.example.com
              }
            }
            """).Rewrites;
        Assert.Equal(
            [
                new NameRewrite(RewriteMatch.Exact, "www.example.org.", "web.default.svc.cluster.local."),
                new NameRewrite(RewriteMatch.Prefix, "old-", "new-", Continues: true),
                new NameRewrite(RewriteMatch.Suffix, ".example.net.", ".example.org."),
                new NameRewrite(RewriteMatch.Substring, "staging", "production"),
                new NameRewrite(RewriteMatch.Regex, @"(.*)\.example\.com", "{1}.default.svc.cluster.local."),
            ],
            rules);
    }

    [Fact]
    public void Log_transfer_and_autopath_are_taken_over()
    {
        var read = Clean(". {\n log . {\n class denial error\n }\n autopath @kubernetes\n transfer {\n to 192.0.2.0/24 2001:db8::1\n }\n}");
        Assert.Equal((DnsLogClasses.Denial | DnsLogClasses.Error, true), (read.RouteOf(DnsName.Root)!.Log, read.Completion));
        Assert.Equal("192.0.2.0/24 2001:db8::1/128", string.Join(' ', read.TransferTo));
        Assert.Equal(DnsLogClasses.None, Single(". {\n log corp.example\n}", problems: 1).Log);
    }

    [Theory]
    [InlineData(". {\n forward . 10.0.0.1\n template IN A {\n answer x\n }\n}", 3, "'template' is no plugin that is done here")]
    [InlineData(". {\n forward . 10.0.0.1 {\n  bogus\n }\n}", 3, "'bogus' of forward is not known here")]
    [InlineData(". {\n kubernetes cluster.local {\n  pods some\n }\n}", 3, "'pods some' is unknown; write 'pods disabled'")]
    [InlineData(". {\n kubernetes cluster.local {\n  fallthrough\n }\n}", 3, "names of the cluster that do not exist are not asked of others")]
    [InlineData(". {\n kubernetes {\n }\n}", 2, "the root cannot be the cluster's domain")]
    [InlineData(". {\n bind 10.0.0.1\n}", 2, "bind is left out")]
    [InlineData(". {\n import custom/*.override\n}", 2, "'import custom/*.override' is left out")]
    [InlineData("import custom/*.server\n. {\n}", 1, "'import custom/*.server' is left out")]
    [InlineData("(a) {\n import a\n}\n. {\n import a\n}", 2, "'import a' is left out: snippets import each other too often")]
    [InlineData(". {\n}\n.:1053 {\n whoami\n}", 3, ".:1053 is left out: nodes answer at port 53 only")]
    [InlineData(". {\n}\ntls://. {\n}", 3, "tls://. is left out: nodes answer plain DNS only")]
    [InlineData(". {\n}\n. {\n}", 3, ". has a block already")]
    [InlineData(". {\n}\na.example {\n acl {\n  block\n }\n}", 4, "acl is not done here, so the block of a.example is left out as a whole")]
    [InlineData(". {\n rewrite type ANY HINFO\n}", 2, "'rewrite type ANY HINFO' is left out: only names are rewritten")]
    [InlineData(". {\n rewrite name regex (a a\n}", 2, "'(a' is no regular expression that can be used")]
    [InlineData(". {\n rewrite name regex (?=a)a b\n}", 2, "'(?=a)a' is no regular expression that can be used")]
    [InlineData(". {\n forward . dns.example\n}", 2, "'dns.example' is no server that can be asked")]
    [InlineData(". {\n cache 30 {\n  prefetch 1 1m 95%\n }\n}", 3, "'95%' is no share from 10% to 90%")]
    [InlineData(". {\n log . \"{remote}\"\n}", 2, "lines always have the form {common}")]
    [InlineData(". {\n hosts {\n  10.0.0.1 *.example.org\n }\n}", 3, "*.example.org. stands for many names")]
    [InlineData(". {\n hosts /etc/other\n}", 2, "/etc/other is left out")]
    public void What_is_not_done_is_said_with_its_line_and_the_rest_is_in_force(string text, int line, string message)
    {
        var read = Parse(text);
        Assert.Contains(read.Problems, problem => problem.Message.StartsWith($"Corefile line {line}: {message}", StringComparison.Ordinal));
        Assert.NotEmpty(read.Settings.Routes);
        Assert.All(read.Settings.Routes, route => Assert.Equal(DnsName.Root, route.Zone));
    }

    [Theory]
    [InlineData(". {\n forward . 10.0.0.1", "Corefile line 1: this { is never closed")]
    [InlineData("}", "Corefile line 1: this } closes nothing")]
    [InlineData(".\n\nerrors\n", "Corefile line 1: a { is missing")]
    [InlineData(". {\n {\n }\n}", "Corefile line 2: this { belongs to no directive")]
    [InlineData("", "Corefile: there is no server block that can be used")]
    public void A_text_that_does_not_hold_together_leaves_everything_as_it_is_without(string text, string message)
    {
        var read = Parse(text);
        Assert.StartsWith(message, Assert.Single(read.Problems).Message, StringComparison.Ordinal);
        Assert.Equal(new DnsSettings(), read.Settings);
    }

    [Fact]
    public void No_text_makes_the_reader_fall_over()
    {
        string[] words =
        [
            ".", "{", "}", "\n", "\n", "\n", "{\n", "}\n", "\"", "#", "import", "(a)", "a", "kubernetes", "forward", "cache", "hosts", "log", "errors", "rewrite", "transfer", "name", "regex", "exact", "continue",
            "(.*)", "{1}", "10.0.0.1", "10.0.0.0/8", "::1", "::/0", "/", ":", "tls://", "tls://1.1.1.1%x", "%", "5s", "30", "-1", "99999999999", "1e9s", "9999999h", "except", "to", "*", "ttl", "pods", "class", "all", "fallthrough",
            "prefetch", "serve_stale", "success", "disable", "health_check", "policy", "answer", "value", "corp.example:53", "x:y", "a..b", new string('x', 300), "dns://", ",", "\\", "ä", "\0",
        ];
        var text = Gen.ListOf(Gen.Elements(words)).Select(parts => string.Join(' ', parts));
        var near = Gen.Choose(0, Kubeadm.Length).SelectMany(cut => Gen.Elements(words).Select(word => Kubeadm[..cut] + word + Kubeadm[cut..]));
        Prop.ForAll(Arb.From(Gen.OneOf(text, near)), Sound).QuickCheckThrowOnFailure();

        static bool Sound(string text)
        {
            var read = Parse(text);
            return read.Problems.All(problem => problem.Object == "ConfigMap kube-system/weft-config" && problem.Message.StartsWith("Corefile", StringComparison.Ordinal))
                && read.Settings == Parse(text).Settings && read.Settings.Routes.Count > 0;
        }
    }

    private static DnsSettingsRead Parse(string text) => DnsSettingsParser.Parse([new("Corefile", text)]);

    private static DnsSettings Clean(string text)
    {
        var read = Parse(text);
        Assert.Empty(read.Problems);
        return read.Settings;
    }

    private static DnsRoute Single(string text, int problems = 0)
    {
        var read = Parse(text);
        Assert.Equal(problems, read.Problems.Count);
        return Assert.Single(read.Settings.Routes);
    }
}
