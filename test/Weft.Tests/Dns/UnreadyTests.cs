using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Tests.Dns.Completion;

namespace Weft.Tests.Dns;

/// <summary>A server that does not know the cluster's names yet, or only which there are.</summary>
public sealed class UnreadyTests
{
    // As memory has it: names, and not what they lead to.
    private static readonly DnsTable Names = new([new NamedService("default", "web"), new NamedService("shop", "db")], ["default", "shop"]);
    private static readonly DnsTable Whole = Names with { Services = [new NamedService("default", "web") { Addresses = [IpAddress.Parse("10.96.0.21")] }, Names.Services[1]] };

    private readonly CompletionRig _rig;

    public UnreadyTests() =>
        _rig = new CompletionRig(Names, new ScriptedWorld(name => new(name is "example.com." or "www.example.com.", HasV4: true, HasV6: true)), CompletionRig.ListOf("default"));

    [Theory]
    [InlineData("web.default.svc.cluster.local", true, true)]
    [InlineData("WEB.default.svc.Cluster.Local", true, true)]
    [InlineData("_http._tcp.web.default.svc.cluster.local", true, true)]
    [InlineData("db-0.db.shop.svc.cluster.local", true, true)]
    [InlineData("shop.svc.cluster.local", true, true)]
    [InlineData("10-0-0-1.shop.pod.cluster.local", true, true)]
    [InlineData("example.com.default.svc.cluster.local", true, false)]
    [InlineData("example.com.svc.cluster.local", true, false)]
    [InlineData("none.default.svc.cluster.local", true, false)]
    [InlineData("10-0-0-1.com.pod.cluster.local", true, false)]
    [InlineData("www.example.com.default.svc.cluster.local", false, false)]
    [InlineData("a.b.c.d.e.default.svc.cluster.local", false, false)]
    [InlineData("example.com.cluster.local", false, false)]
    public void Names_that_may_be_of_the_cluster_fail_and_others_do_not_exist(string name, bool failsByDomain, bool failsByNames)
    {
        foreach (var (knowledge, fails) in new[] { (ZoneKnowledge.Domain, failsByDomain), (ZoneKnowledge.Names, failsByNames) })
        {
            _rig.Service.Knowledge = knowledge;
            foreach (var type in new[] { DnsType.A, DnsType.AAAA, DnsType.SRV, DnsType.ANY })
                Assert.Equal(fails ? DnsCode.ServFail : DnsCode.NXDomain, _rig.Ask(CompletionRig.Known, name, type).Code);
        }

        _rig.Service.Knowledge = ZoneKnowledge.Whole;
        Assert.NotEqual(DnsCode.ServFail, _rig.Ask(CompletionRig.Stranger, name).Code);
    }

    [Fact]
    public void The_reason_is_said_and_the_zone_is_not_given_away()
    {
        _rig.Service.Knowledge = ZoneKnowledge.Names;
        _rig.Service.TransferTo = [IpPrefix.Parse("0.0.0.0/0")];
        var buffer = new byte[Responder.LongestMessage];
        foreach (var (name, type) in new[] { ("web.default.svc.cluster.local", DnsType.A), ("cluster.local", DnsType.AXFR) })
        {
            var query = DnsTalk.Query(name, type, options: []);
            Assert.True(_rig.Service.TryAnswer(CompletionRig.Stranger, query, buffer, out var length));
            Assert.Equal(DnsCode.ServFail, DnsTalk.Read(buffer.AsSpan(0, length)).Code);
            Assert.Equal(ExtendedErrorCode.NotReady, ExtendedError.Read(DnsTalk.OptionOf(buffer[..length], EdnsOption.ExtendedError))?.Code);
            Assert.Null(_rig.Service.BeginTransfer(CompletionRig.Stranger, query));
        }
    }

    [Theory]
    [InlineData("example.com", ZoneKnowledge.Names, true)]
    [InlineData("www.example.com", ZoneKnowledge.Names, true)]
    [InlineData("www.example.com", ZoneKnowledge.Domain, false)]
    public void Resolvers_come_to_names_of_others_with_their_search_lists(string name, ZoneKnowledge knowledge, bool muslDoes)
    {
        _rig.Service.Knowledge = knowledge;
        foreach (var types in new DnsType[][] { [DnsType.A], [DnsType.A, DnsType.AAAA] })
        {
            var list = CompletionRig.ListOf("default");
            var resolver = new ResolverModels((asked, type) => _rig.Ask(CompletionRig.Known, asked, type), [.. list.Ends], list.Ndots);
            Assert.Equal($"{name}.", resolver.Glibc(DnsName.Parse(name), types).Canonical);
            Assert.Equal(muslDoes ? "" : Lookup.TryAgain, resolver.Musl(DnsName.Parse(name), types).Error);
            Assert.Equal(Lookup.TryAgain, resolver.Glibc(DnsName.Parse("web"), types).Error);
        }
    }

    [Fact]
    public void What_is_known_by_then_is_answered()
    {
        _rig.Service.Knowledge = ZoneKnowledge.Names;
        _rig.Service.Zone = _rig.Service.Zone.With(Whole);
        Assert.Equal(DnsCode.ServFail, _rig.Ask(CompletionRig.Known, "web.default.svc.cluster.local").Code);
        _rig.Service.Knowledge = ZoneKnowledge.Whole;
        Assert.Single(_rig.Ask(CompletionRig.Known, "web.default.svc.cluster.local").Answers);
        Assert.Equal(0, _rig.Service.Completed);
    }
}
