using FsCheck;
using FsCheck.Fluent;
using Weft.Dns.Completion;
using Weft.Dns.Explaining;
using Weft.Dns.Forwarding;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Model.Services;
using Weft.Tests.Node.Proxy;

namespace Weft.Tests.Dns.Explaining;

/// <summary>Who asks why an answer is what it is hears which object it is about.</summary>
public sealed class ExplanationTests
{
    private static readonly ClusterZone Zone = ClusterZone.Empty(new ZoneSettings(DnsName.Parse("cluster.local")), 1).With(new DnsTable(
        [
            new NamedService("default", "cache") { Alias = DnsName.Parse("db.default.svc.cluster.local") },
            new NamedService("default", "db") { Endpoints = [new NamedEndpoint("db-0", [IpAddress.Parse("10.244.0.5")], []), new NamedEndpoint("db-1", [IpAddress.Parse("10.244.1.5")], [])] },
            new NamedService("default", "empty"),
            new NamedService("default", "first") { Alias = DnsName.Parse("second.default.svc.cluster.local") },
            new NamedService("default", "outside") { Alias = DnsName.Parse("www.example.org") },
            new NamedService("default", "second") { Alias = DnsName.Parse("first.default.svc.cluster.local") },
            new NamedService("default", "web") { Addresses = [IpAddress.Parse("10.96.0.20")], Ports = [new DnsPort("http", L4Protocol.Tcp, 80)] },
            new NamedService("shop", "cart") { Addresses = [IpAddress.Parse("fd96::7")] },
        ],
        ["default", "shop"]));

    [Fact]
    public void Explanations_agree_with_answers() =>
        Prop.ForAll(
            (from table in RandomNames.Tables from name in RandomNames.Queries from type in Gen.Elements(DnsType.A, DnsType.AAAA, DnsType.SRV, DnsType.PTR, DnsType.TXT, DnsType.CNAME, DnsType.ANY, DnsType.SOA) from pods in Gen.Elements(Enum.GetValues<PodRecords>()) select (table, name, type, pods)).ToArbitrary(),
            one =>
            {
                var zone = ClusterZone.Empty(new ZoneSettings(DnsName.Parse("cluster.local")) { Pods = one.pods, PodAddresses = new EvenAddresses(), Servers = [IpAddress.Parse("10.96.0.10")] }, 1).With(one.table);
                var explained = new ZoneExplainer(zone).Explain(one.name, one.type)?.Outcome ?? ZoneOutcome.Elsewhere;
                Assert.True(explained == Answer(zone, one.name, one.type), $"{one.name} {one.type}: {explained}");
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(1500));

    [Theory]
    [InlineData("web.default.svc.cluster.local", "A", "the Service default/web", "its cluster IP is 10.96.0.20")]
    [InlineData("web.default.svc.cluster.local", "AAAA", "the Service default/web", "it has no IPv6 address, so that there is no AAAA record; its cluster IP is 10.96.0.20")]
    [InlineData("web.default.svc.cluster.local", "SRV", "the Service default/web", "SRV records stand at the names of its ports: _http._tcp")]
    [InlineData("web.default.svc.cluster.local", "MX", "the Service default/web", "the name has A and AAAA records only, none of type MX")]
    [InlineData("_http._tcp.web.default.svc.cluster.local", "SRV", "the port _http._tcp of the Service default/web", "")]
    [InlineData("_grpc._tcp.web.default.svc.cluster.local", "SRV", "the zone cluster.local", "there is the Service default/web, but it has no port _grpc._tcp: there is _http._tcp; ports without names have no SRV records")]
    [InlineData("web-0.web.default.svc.cluster.local", "A", "the zone cluster.local", "there is the Service default/web, but it has a cluster IP, and only endpoints of headless Services have names")]
    [InlineData("db.default.svc.cluster.local", "A", "the headless Service default/db", "its ready endpoints have 10.244.0.5 and 10.244.1.5")]
    [InlineData("db-1.db.default.svc.cluster.local", "A", "the endpoint db-1 of the headless Service default/db", "it has 10.244.1.5")]
    [InlineData("db-2.db.default.svc.cluster.local", "A", "the zone cluster.local", "there is the headless Service default/db, but none of its ready endpoints is called db-2: there are db-0 and db-1. A pod is called so by spec.hostname together with spec.subdomain: db")]
    [InlineData("empty.default.svc.cluster.local", "A", "the zone cluster.local", "there is the headless Service default/empty, but such a Service has no name while none of its endpoints is ready")]
    [InlineData("cache.default.svc.cluster.local", "A", "the ExternalName Service default/cache, then the headless Service default/db", "it stands for db.default.svc.cluster.local.|its ready endpoints have 10.244.0.5 and 10.244.1.5")]
    [InlineData("first.default.svc.cluster.local", "A", "the ExternalName Service default/first, then the ExternalName Service default/second", "it stands for second.default.svc.cluster.local.|it stands for first.default.svc.cluster.local.|that is a circle of aliases, which leads to no address")]
    [InlineData("default.svc.cluster.local", "A", "the namespace default", "Services and pods of a namespace have records, the namespace itself has none")]
    [InlineData("wbe.default.svc.cluster.local", "A", "the zone cluster.local", "there is no Service wbe in the namespace default: did you mean default/web?")]
    [InlineData("web.shop.svc.cluster.local", "A", "the zone cluster.local", "there is no Service web in the namespace shop: did you mean default/web?")]
    [InlineData("cart.shpo.svc.cluster.local", "A", "the zone cluster.local", "there is no namespace shpo: did you mean shop/cart?")]
    [InlineData("www.example.org.shop.svc.cluster.local", "A", "the zone cluster.local", "there is no Service org in the namespace shop|resolvers of pods in shop ask this first for www.example.org, and go on with the rest of their search list")]
    [InlineData("web.default.cluster.local", "A", "the zone cluster.local", "directly below cluster.local there are only svc, pod, dns and dns-version: did you mean web.default.svc.cluster.local?")]
    [InlineData("10-244-0-5.default.pod.cluster.local", "A", "the record of a pod's address in the namespace default", "the name itself says the address, whoever has it: 10.244.0.5")]
    [InlineData("db-0.default.pod.cluster.local", "A", "the zone cluster.local", "pods are named by their address with dashes: 10-244-1-7.default.pod.cluster.local")]
    [InlineData("5.0.244.10.in-addr.arpa", "PTR", "the endpoint db-0 of the headless Service default/db", "it has the address 10.244.0.5")]
    public void Names_of_the_cluster_are_explained_by_their_objects(string name, string type, string by, string because)
    {
        var explained = new ZoneExplainer(Zone).Explain(DnsName.Parse(name), Enum.Parse<DnsType>(type))!;
        Assert.Equal((by, because), (explained.By, string.Join('|', explained.Because)));
    }

    [Fact]
    public async Task Answers_of_others_are_explained_by_server_and_cache()
    {
        var time = new ManualTime();
        var service = new DnsService(Zone, new Forwarder([new Upstream(away: ["broken", "spared"]), new Upstream("spare:53", "broken")], new ForwarderOptions(), time), time);
        var first = await AskAsync(service, "www.example.org", time);
        Assert.Equal((AnswerSource.Upstream, "the server stub:53"), (first.Source, first.Explanation.By));
        Assert.Equal(["stub:53 is away", "it took 0.0 ms", "names of others are asked of stub:53 and spare:53"], (await AskAsync(service, "spared.example.org", time)).Explanation.Because);
        var absent = await AskAsync(service, "none.example.org", time);
        Assert.Contains("it says that there is no name none.example.org.", absent.Explanation.Because);
        time.Advance(TimeSpan.FromSeconds(10));
        var second = await AskAsync(service, "www.example.org", time);
        Assert.Equal((AnswerSource.Cache, "the cache, with an answer of stub:53"), (second.Source, second.Explanation.By));
        Assert.Contains("it came 10 s ago and holds for 50 s more", second.Explanation.Because);
        var alias = await AskAsync(service, "outside.default.svc.cluster.local", time);
        Assert.Equal("the ExternalName Service default/outside, then the cache, with an answer of stub:53", alias.Explanation.By);
        Assert.Equal(2, alias.Answer.Answers.Count);
        var failed = await AskAsync(service, "broken.example.org", time);
        Assert.Equal((DnsCode.ServFail, "nobody"), (failed.Answer.Code, failed.Explanation.By));
        Assert.Contains(failed.Explanation.Because, reason => reason.Contains("stub:53 is away", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Completed_names_are_explained_by_what_was_gone_through()
    {
        var time = new ManualTime();
        var service = new DnsService(Zone, new Forwarder([new Upstream()], new ForwarderOptions(), time), time) { SearchLists = new Lists() };
        var inside = await AskAsync(service, "cart.shop.default.svc.cluster.local", time, DnsType.AAAA);
        Assert.Equal("the Service shop/cart", inside.Explanation.By);
        Assert.Contains("the node went through the search list for the client, which leads on to cart.shop.svc.cluster.local.", inside.Explanation.Because);
        var outside = await AskAsync(service, "www.example.org.default.svc.cluster.local", time);
        Assert.Equal("the server stub:53", outside.Explanation.By);
        Assert.Contains(
            "the node went through the search list for the client, which leads on to www.example.org., past www.example.org.svc.cluster.local. and www.example.org.cluster.local., which do not exist", outside.Explanation.Because);
    }

    [Fact]
    public async Task Without_servers_that_is_the_reason()
    {
        var time = new ManualTime();
        var service = new DnsService(Zone, new Forwarder([], new ForwarderOptions(), time), time);
        var asked = await AskAsync(service, "web", time);
        Assert.Equal("nobody", asked.Explanation.By);
        Assert.Equal(2, asked.Explanation.Because.Count);
        Assert.StartsWith("there is no server to ask for web.", asked.Explanation.Because[0], StringComparison.Ordinal);
        Assert.EndsWith("did you mean web.default.svc.cluster.local?", asked.Explanation.Because[1], StringComparison.Ordinal);
    }

    private static Task<Inquiry> AskAsync(DnsService service, string name, TimeProvider time, DnsType type = DnsType.A) =>
        Inquiry.AskAsync(service, new DnsClient(IpAddress.Parse("10.244.0.9"), 0, DnsTransport.Stream), DnsName.Parse(name), type, time);

    private static ZoneOutcome Answer(ClusterZone zone, DnsName name, DnsType type)
    {
        var writer = new MessageWriter(new byte[ushort.MaxValue]);
        writer.TryWriteQuestion(name.Wire, type);
        var counts = default(SectionCounts);
        return zone.Answer(name.Wire, type, 0, ref writer, ref counts);
    }

    /// <summary>Everybody is a pod of the namespace default.</summary>
    private sealed class Lists : ISearchLists
    {
        private static readonly SearchList List = new([DnsName.Parse("default.svc.cluster.local"), DnsName.Parse("svc.cluster.local"), DnsName.Parse("cluster.local")], 5);

        public SearchList? Of(IpAddress address) => List;
    }

    private sealed class EvenAddresses : IPodAddresses
    {
        public bool Has(ReadOnlySpan<byte> space, IpAddress address) => address.ToString()[^1] % 2 == 0;
    }

    /// <summary>A server that is away for names that begin with some words, and knows all others but those that begin with "none".</summary>
    private sealed class Upstream(string server = "stub:53", params string[] away) : IUpstream
    {
        public string Name => server;

        public ValueTask<int> ExchangeAsync(ReadOnlyMemory<byte> query, Memory<byte> answer, CancellationToken ct)
        {
            Assert.True(DnsMessage.TryRead(query.Span, out var asked));
            var question = asked.Questions[0];
            var word = question.Name.ToString().Split('.')[0];
            if (away.Contains(word))
                throw new UpstreamException($"{server} is away");
            var writer = new MessageWriter(answer.Span);
            writer.TryWriteQuestion(question.Name.Wire, question.Type);
            if (word == "none")
                return ValueTask.FromResult(writer.Finish(new DnsHeader(asked.Header.Id, DnsFlags.Response | (DnsFlags)DnsCode.NXDomain, 1)).Length);
            writer.TryWriteRecord(question.Name.Wire, DnsType.A, 60, [192, 0, 2, 1]);
            return ValueTask.FromResult(writer.Finish(new DnsHeader(asked.Header.Id, DnsFlags.Response, 1, 1)).Length);
        }
    }
}
