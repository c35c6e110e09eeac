using FsCheck;
using FsCheck.Fluent;
using Weft.Compilers.Dns;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Node.Dns;

namespace Weft.Tests.Dns;

/// <summary>The zone that answers queries, held to the plain list of all its records.</summary>
public sealed class ClusterZoneTests
{
    private static readonly DnsName Origin = DnsName.Parse("cluster.local");

    // Pods by their addresses are in no list: they have a test of their own.
    private static readonly ZoneSettings Settings = new(Origin) { Servers = [IpAddress.Parse("10.96.0.10")], Pods = PodRecords.Off };
    private static readonly ClusterRecords Records = new(Origin, 5);
    private static readonly DnsType[] Types = [DnsType.A, DnsType.AAAA, DnsType.SRV, DnsType.PTR, DnsType.TXT, DnsType.CNAME, DnsType.SOA, DnsType.NS, DnsType.MX];

    [Fact]
    public void Every_name_and_type_is_answered_as_the_list_of_records_has_it() =>
        Prop.ForAll(Arb.From(RandomNames.Tables), Arb.From(Gen.ListOf(RandomNames.Queries)), (table, names) =>
        {
            var zone = ClusterZone.Empty(Settings, 1).With(table);
            var records = All(table);
            foreach (var name in names.Concat(records.Select(record => record.Owner)).Distinct())
                Check(zone, records, table, name);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_zone_that_changed_again_and_again_answers_as_a_new_one() =>
        Prop.ForAll(Arb.From(Gen.ListOf(RandomNames.Tables)), tables =>
        {
            var zone = ClusterZone.Empty(Settings, 1);
            foreach (var table in tables)
            {
                var before = zone;
                zone = zone.With(table);
                var records = All(table);
                foreach (var name in records.Select(record => record.Owner).Distinct())
                    Check(zone, records, table, name);
                Assert.Equal(before.Serial + 1, zone.Serial);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_first_address_takes_turns()
    {
        var table = new DnsTable([new NamedService("a", "db") { Endpoints = [.. Enumerable.Range(1, 3).Select(i => new NamedEndpoint($"db-{i}", [IpAddress.Parse($"10.0.0.{i}")], []))] }], ["a"]);
        var zone = ClusterZone.Empty(Settings, 1).With(table);
        Assert.Equal(["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.1"], Enumerable.Range(0, 4).Select(turn => RecordData.Text(DnsType.A, Ask(zone, DnsName.Parse("db.a.svc.cluster.local"), DnsType.A, (uint)turn).Message.Answers[0].Data.Span)));
    }

    [Fact]
    public void Pods_have_names_by_their_addresses()
    {
        var zone = ClusterZone.Empty(Settings with { Pods = PodRecords.Unchecked }, 1).With(new DnsTable([], ["a"]));
        Assert.Equal("10-1-2-3.a.pod.cluster.local. 5 IN A 10.1.2.3", Ask("10-1-2-3.a.pod").Message.Answers.Single().ToString());
        Assert.Equal("fd00--1.a.pod.cluster.local. 5 IN AAAA fd00::1", ClusterZoneTests.Ask(zone, DnsName.Parse("fd00--1.a.pod.cluster.local"), DnsType.AAAA).Message.Answers.Single().ToString());
        Assert.Equal(ZoneOutcome.NoData, ClusterZoneTests.Ask(zone, DnsName.Parse("10-1-2-3.a.pod.cluster.local"), DnsType.AAAA).Outcome);
        Assert.All(["pod", "a.pod"], level => Assert.Equal(ZoneOutcome.NoData, Ask(level).Outcome));
        Assert.All(["10-1-2-3.b.pod", "10-1-2-300.a.pod", "b.pod", "x.10-1-2-3.a.pod"], wrong => Assert.Equal(ZoneOutcome.NoName, Ask(wrong).Outcome));
        zone = ClusterZone.Empty(Settings, 1).With(new DnsTable([], ["a"]));
        Assert.All(["pod", "a.pod", "10-1-2-3.a.pod"], name => Assert.Equal(ZoneOutcome.NoName, Ask(name).Outcome));

        (ZoneOutcome Outcome, DnsMessage Message, bool Truncated) Ask(string name) => ClusterZoneTests.Ask(zone, DnsName.Parse($"{name}.cluster.local"), DnsType.A);
    }

    [Fact]
    public void Names_of_pods_that_are_checked_exist_while_a_pod_of_the_namespace_has_the_address()
    {
        var pods = new PodAddresses();
        var key = new ObjectKey("a", "client");
        var zone = ClusterZone.Empty(Settings with { Pods = PodRecords.Verified, PodAddresses = pods }, 1).With(new DnsTable([], ["a", "b"]));
        Assert.Equal(ZoneOutcome.NoName, Outcome("10-1-2-3.a.pod"));
        pods.Note(key, PodOf("a", "10.1.2.3", "fd00::1"));
        Assert.Equal((ZoneOutcome.Found, ZoneOutcome.Found, ZoneOutcome.NoData), (Outcome("10-1-2-3.a.pod"), Outcome("10-1-2-3.A.pod"), Outcome("fd00--1.a.pod")));
        Assert.All(["10-1-2-4.a.pod", "10-1-2-3.b.pod"], name => Assert.Equal(ZoneOutcome.NoName, Outcome(name)));
        pods.Note(new ObjectKey("b", "other"), PodOf("b", "10.1.2.3"));
        pods.Note(key, PodOf("a", "10.1.2.4"));
        Assert.Equal((ZoneOutcome.NoName, ZoneOutcome.Found, ZoneOutcome.Found), (Outcome("10-1-2-3.a.pod"), Outcome("10-1-2-3.b.pod"), Outcome("10-1-2-4.a.pod")));
        pods.Note(key, PodOf("a", "10.1.2.4") with { IsFinished = true });
        pods.Note(new ObjectKey("b", "other"), null);
        Assert.All(["10-1-2-3.b.pod", "10-1-2-4.a.pod"], name => Assert.Equal(ZoneOutcome.NoName, Outcome(name)));

        ZoneOutcome Outcome(string name) => Ask(zone, DnsName.Parse($"{name}.cluster.local"), DnsType.A).Outcome;

        static PolicyPod PodOf(string space, params string[] addresses) =>
            new() { Metadata = new ObjectMeta { Namespace = space, Name = "p" }, Addresses = [.. addresses.Select(text => IpAddress.Parse(text))] };
    }

    [Fact]
    public void Answers_without_room_are_truncated_and_sound()
    {
        var endpoints = Enumerable.Range(1, 200).Select(i => new NamedEndpoint($"db-{i}", [IpAddress.Parse($"10.0.0.{i}")], [new DnsPort("sql", Model.Services.L4Protocol.Tcp, 5432)]));
        var zone = ClusterZone.Empty(Settings, 1).With(new DnsTable([new NamedService("a", "db") { Endpoints = [.. endpoints] }], ["a"]));
        foreach (var (name, type) in new[] { ("db.a.svc.cluster.local", DnsType.A), ("_sql._tcp.db.a.svc.cluster.local", DnsType.SRV) })
        {
            var whole = Ask(zone, DnsName.Parse(name), type, size: ushort.MaxValue);
            Assert.Equal((200, false), (whole.Message.Answers.Count, whole.Truncated));
            var small = Ask(zone, DnsName.Parse(name), type, size: 512);
            Assert.True(small.Truncated);
            Assert.InRange(small.Message.Answers.Count, 5, 31);
        }
    }

    [Fact]
    public void A_circle_of_aliases_ends()
    {
        var circle = new DnsTable([new NamedService("a", "x") { Alias = DnsName.Parse("y.a.svc.cluster.local") }, new NamedService("a", "y") { Alias = DnsName.Parse("x.a.svc.cluster.local") }], ["a"]);
        var answer = Ask(ClusterZone.Empty(Settings, 1).With(circle), DnsName.Parse("x.a.svc.cluster.local"), DnsType.A, size: 4096);
        Assert.Equal(["y.a.svc.cluster.local.", "x.a.svc.cluster.local."], answer.Message.Answers.Select(record => RecordData.Text(record.Type, record.Data.Span)));
    }

    private static List<ZoneRecord> All(DnsTable table) =>
    [
        .. Records.Of(table),
        new ZoneRecord(Origin, DnsType.NS, 5, "ns.dns.cluster.local."),
        new ZoneRecord(DnsName.Parse("ns.dns.cluster.local"), DnsType.A, 5, "10.96.0.10"),
    ];

    private static void Check(ClusterZone zone, List<ZoneRecord> records, DnsTable table, DnsName name)
    {
        foreach (var type in Types)
        {
            if (type == DnsType.SOA && name == Origin)
                continue;
            var (outcome, message, _) = Ask(zone, name, type, size: 4096);
            var expected = Expect(records, table, name, type);
            var shown = message.Answers.Select(record => $"{record.Type} {RecordData.Text(record.Type, record.Data.Span)}").Order(StringComparer.OrdinalIgnoreCase);
            Assert.Equal($"{name} {type}: {expected.Outcome} {string.Join(", ", expected.Data)}", $"{name} {type}: {outcome} {string.Join(", ", shown)}", ignoreCase: true);
            Assert.Equal(outcome is ZoneOutcome.NoData or ZoneOutcome.NoName ? 1 : 0, message.Authorities.Count);
        }
    }

    private static (ZoneOutcome Outcome, IEnumerable<string> Data) Expect(List<ZoneRecord> records, DnsTable table, DnsName name, DnsType type)
    {
        var own = records.Where(record => record.Owner == name).ToList();
        if (!name.IsWithin(Origin) && own.Count == 0)
            return (ZoneOutcome.Elsewhere, []);
        var found = own.Where(record => record.Type == type).ToList();
        if (found.Count > 0)
            return (ZoneOutcome.Found, Shown(found));
        if (own.Find(record => record.Type == DnsType.CNAME) is { } alias)
        {
            var target = DnsName.Parse(alias.Data);
            if (!target.IsWithin(Origin))
                return (ZoneOutcome.Alias, Shown([alias]));
            if (records.Exists(record => record.Owner == target && record.Type == DnsType.CNAME))
                return Followed(records, table, alias, type);
            var (outcome, data) = Expect(records, table, target, type);
            return (outcome, Shown([alias]).Concat(data).Order(StringComparer.OrdinalIgnoreCase));
        }

        return (Exists(records, table, name) ? ZoneOutcome.NoData : ZoneOutcome.NoName, []);
    }

    // Aliases of aliases are rare and may be circles: what comes out is each alias once, and at most nine of them.
    private static (ZoneOutcome Outcome, IEnumerable<string> Data) Followed(List<ZoneRecord> records, DnsTable table, ZoneRecord first, DnsType type)
    {
        var chain = new List<ZoneRecord> { first };
        while (true)
        {
            var target = DnsName.Parse(chain[^1].Data);
            if (!target.IsWithin(Origin))
                return (ZoneOutcome.Alias, Shown(chain));
            if (records.Find(record => record.Owner == target && record.Type == DnsType.CNAME) is not { } next)
            {
                var (outcome, data) = Expect(records, table, target, type);
                return (outcome, Shown(chain).Concat(data).Order(StringComparer.OrdinalIgnoreCase));
            }

            if (chain.Count > 8 || chain.Exists(record => record.Owner == target))
                return (ZoneOutcome.Found, Shown(chain));
            chain.Add(next);
        }
    }

    private static IEnumerable<string> Shown(IEnumerable<ZoneRecord> records) => records.Select(record => $"{record.Type} {record.Data}").Order(StringComparer.OrdinalIgnoreCase);

    private static bool Exists(List<ZoneRecord> records, DnsTable table, DnsName name) =>
        records.Exists(record => record.Owner.IsWithin(name))
        || table.Namespaces.Select(space => $"{space}.svc").Append("svc").Any(level => DnsName.Parse($"{level}.cluster.local") == name);

    private static (ZoneOutcome Outcome, DnsMessage Message, bool Truncated) Ask(ClusterZone zone, DnsName name, DnsType type, uint turn = 0, int size = 512)
    {
        var writer = new MessageWriter(new byte[size]);
        var counts = default(SectionCounts);
        Assert.True(writer.TryWriteQuestion(name.Wire, type));
        var outcome = zone.Answer(name.Wire, type, turn, ref writer, ref counts);
        Assert.True(DnsMessage.TryRead(writer.Finish(new DnsHeader(1, DnsFlags.Response, 1, counts.Answers, counts.Authorities, counts.Additional)), out var message));
        return (outcome, message, counts.Truncated);
    }
}
