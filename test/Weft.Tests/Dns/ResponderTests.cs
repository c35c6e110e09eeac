using FsCheck;
using FsCheck.Fluent;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Model.Services;

namespace Weft.Tests.Dns;

/// <summary>Bytes in, bytes out.</summary>
public sealed class ResponderTests
{
    private const ushort Id = 0x1234;

    private static readonly ClusterZone Zone = ClusterZone.Empty(new ZoneSettings(DnsName.Parse("cluster.local")) { Servers = [IpAddress.Parse("10.96.0.10")] }, 1).With(new DnsTable(
        [
            new NamedService("default", "elsewhere") { Alias = DnsName.Parse("example.org") },
            new NamedService("default", "many") { Endpoints = [.. Enumerable.Range(0, 100).Select(i => new NamedEndpoint($"h-{i}", [IpAddress.Parse($"10.0.0.{i}")], [])).OrderBy(e => e.HostName, StringComparer.Ordinal)] },
            new NamedService("default", "web") { Addresses = [IpAddress.Parse("10.96.0.20")], Ports = [new DnsPort("http", L4Protocol.Tcp, 80)] },
        ],
        ["default"]));

    [Theory]
    [InlineData("web.default.svc.cluster.local", DnsType.A, DnsCode.NoError, 1, 0)]
    [InlineData("_http._tcp.web.default.svc.cluster.local", DnsType.SRV, DnsCode.NoError, 1, 0)]
    [InlineData("web.default.svc.cluster.local", DnsType.AAAA, DnsCode.NoError, 0, 1)]
    [InlineData("nobody.default.svc.cluster.local", DnsType.A, DnsCode.NXDomain, 0, 1)]
    [InlineData("cluster.local", DnsType.AXFR, DnsCode.Refused, 0, 0)]
    [InlineData("example.org", DnsType.A, DnsCode.Refused, 0, 0)]
    [InlineData("elsewhere.default.svc.cluster.local", DnsType.A, DnsCode.NoError, 1, 0)]
    public void A_server_without_recursion_answers_what_is_its_own(string name, DnsType type, DnsCode code, int answers, int authorities)
    {
        var answer = Ask(Query(name, type), recursion: false)!;
        Assert.Equal((Id, code, answers, authorities), (answer.Header.Id, answer.Code, answer.Answers.Count, answer.Authorities.Count));
        Assert.Equal(code != DnsCode.Refused, answer.Header.Flags.HasFlag(DnsFlags.Authoritative));
        Assert.True(answer.Header.Flags.HasFlag(DnsFlags.Response | DnsFlags.RecursionDesired));
        Assert.False(answer.Header.Flags.HasFlag(DnsFlags.RecursionAvailable));
        Assert.Equal(name, answer.Questions.Single().Name.ToString().TrimEnd('.'));
    }

    [Fact]
    public void With_recursion_names_of_others_are_asked_for_when_the_client_wants_it()
    {
        Assert.Equal(ResponseKind.Forward, Respond(Query("example.org", DnsType.A)).Kind);
        Assert.Equal(ResponseKind.Follow, Respond(Query("elsewhere.default.svc.cluster.local", DnsType.A)).Kind);
        Assert.Equal(ResponseKind.Send, Respond(Query("elsewhere.default.svc.cluster.local", DnsType.CNAME)).Kind);
        Assert.Equal(DnsCode.Refused, Ask(Query("example.org", DnsType.A, DnsFlags.None))!.Code);
        Assert.True(Ask(Query("web.default.svc.cluster.local", DnsType.A))!.Header.Flags.HasFlag(DnsFlags.RecursionAvailable | DnsFlags.Authoritative));
    }

    [Fact]
    public void Answers_are_never_answered_and_nothing_shorter_than_a_header_is()
    {
        Assert.Equal(ResponseKind.Drop, Respond(Query("web.default.svc.cluster.local", DnsType.A, DnsFlags.Response)).Kind);
        for (var length = 0; length < DnsHeader.Length; length++)
            Assert.Equal(ResponseKind.Drop, Respond(new byte[length]).Kind);
    }

    [Theory]
    [InlineData("1234 0100 0001 0000 0000 0000", DnsCode.FormErr)]
    [InlineData("1234 0100 0000 0000 0000 0000", DnsCode.FormErr)]
    [InlineData("1234 0100 0002 0000 0000 0000 0161 00 0001 0001 0161 00 0001 0001", DnsCode.FormErr)]
    [InlineData("1234 0100 0001 0000 0000 0000 C00C 0001 0001", DnsCode.FormErr)]
    [InlineData("1234 0100 0001 0000 0000 0001 0161 00 0001 0001", DnsCode.FormErr)]
    [InlineData("1234 0100 0001 0000 0000 0002 0161 00 0001 0001 00 0029 0200 00000000 0000 00 0029 0200 00000000 0000", DnsCode.FormErr)]
    [InlineData("1234 0100 0001 0000 0000 0001 0161 00 0001 0001 00 0029 0200 00010000 0000", DnsCode.BadVers)]
    [InlineData("1234 0100 0001 0000 0000 0000 0161 00 0029 0001", DnsCode.FormErr)]
    [InlineData("1234 0100 0001 0000 0000 0000 0161 00 0001 0003", DnsCode.Refused)]
    [InlineData("1234 2800 0001 0000 0000 0000 0161 00 0006 0001", DnsCode.NotImp)]
    [InlineData("1234 2000 0001 0000 0000 0000 0161 00 0006 0001", DnsCode.NotImp)]
    public void What_cannot_be_served_gets_its_code(string hex, DnsCode code)
    {
        var answer = Ask(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)))!;
        Assert.Equal((Id, code), (answer.Header.Id, answer.Code));
        Assert.Empty(answer.Answers);
    }

    [Theory]
    [InlineData(null, 512)]
    [InlineData(100, 512)]
    [InlineData(1000, 1000)]
    [InlineData(4096, 1232)]
    public void A_datagram_is_as_long_as_the_client_takes_and_a_packet_holds(int? size, int limit)
    {
        var query = Query("many.default.svc.cluster.local", DnsType.A, edns: size);
        var (_, bytes) = Respond(query);
        Assert.InRange(bytes.Length, limit - 16, limit);
        Assert.True(DnsMessage.TryRead(bytes, out var answer));
        Assert.True(answer.Header.Flags.HasFlag(DnsFlags.Truncated));
        Assert.Equal(size is not null, answer.Edns is not null);

        Assert.True(DnsMessage.TryRead(Respond(query, DnsTransport.Stream).Bytes, out var whole));
        Assert.Equal((100, false), (whole.Answers.Count, whole.Header.Flags.HasFlag(DnsFlags.Truncated)));
    }

    [Fact]
    public void Whatever_comes_an_answer_is_sound_is_no_question_and_has_its_id() =>
        Prop.ForAll(Arb.From(Packets), packet =>
        {
            foreach (var transport in new[] { DnsTransport.Datagram, DnsTransport.Stream })
            {
                var (kind, bytes) = Respond(packet, transport);
                if (kind != ResponseKind.Send)
                    continue;
                Assert.True(DnsMessage.TryRead(bytes, out var answer));
                Assert.Equal(packet[..2], bytes[..2]);
                Assert.True(answer.Header.Flags.HasFlag(DnsFlags.Response));
                Assert.Equal(QueryKind.Drop, DnsQuery.Read(bytes, new byte[DnsName.MaxLength]).Kind);
                Assert.True(transport == DnsTransport.Stream || bytes.Length <= Responder.LongestDatagram);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Answering_allocates_nothing()
    {
        var (responder, buffer, name) = (new Responder(recursion: true), new byte[Responder.LongestDatagram], new byte[DnsName.MaxLength]);
        byte[][] queries =
        [
            Query("web.default.svc.cluster.local", DnsType.A, edns: 1232), Query("many.default.svc.cluster.local", DnsType.A), Query("nobody.default.svc.cluster.local", DnsType.A),
            Query("_http._tcp.web.default.svc.cluster.local", DnsType.SRV), Query("20.0.96.10.in-addr.arpa", DnsType.PTR), Query("10-1-2-3.default.pod.cluster.local", DnsType.A),
        ];
        AnswerAll();
        var before = GC.GetAllocatedBytesForCurrentThread();
        AnswerAll();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void AnswerAll()
        {
            foreach (var query in queries)
                _ = responder.Respond(Zone, DnsQuery.Read(query, name), DnsTransport.Datagram, 1, buffer, out _, out _);
        }
    }

    private static readonly Gen<byte[]> Packets =
        from sound in Gen.Elements(Query("web.default.svc.cluster.local", DnsType.A, edns: 900), Query("_http._tcp.web.default.svc.cluster.local", DnsType.SRV), Query("1.0.96.10.in-addr.arpa", DnsType.PTR))
        from places in Gen.ArrayOf(Gen.Choose(0, sound.Length - 1), 3)
        from values in Gen.ArrayOf(ArbMap.Default.GeneratorFor<byte>(), 3)
        from length in Gen.Frequency((4, Gen.Constant(sound.Length)), (1, Gen.Choose(0, sound.Length)))
        select Changed(sound, places, values)[..length];

    private static byte[] Changed(byte[] sound, int[] places, byte[] values)
    {
        var bytes = (byte[])sound.Clone();
        foreach (var (place, value) in places.Zip(values))
            bytes[place] = value;
        return bytes;
    }

    private static byte[] Query(string name, DnsType type, DnsFlags flags = DnsFlags.RecursionDesired, int? edns = null)
    {
        var writer = new MessageWriter(new byte[512]);
        Assert.True(writer.TryWriteQuestion(DnsName.Parse(name).Wire, type));
        if (edns is { } size)
            Assert.True(Edns.TryWrite(ref writer, (ushort)size, DnsCode.NoError, wantsSignatures: false, []));
        return writer.Finish(new DnsHeader(Id, flags, 1, Additional: (ushort)(edns is null ? 0 : 1))).ToArray();
    }

    private static DnsMessage? Ask(byte[] query, bool recursion = true) => DnsMessage.TryRead(Respond(query, DnsTransport.Datagram, recursion).Bytes, out var answer) ? answer : null;

    private static (ResponseKind Kind, byte[] Bytes) Respond(byte[] query, DnsTransport transport = DnsTransport.Datagram, bool recursion = true)
    {
        var buffer = new byte[Responder.LongestMessage];
        var kind = new Responder(recursion).Respond(Zone, DnsQuery.Read(query, new byte[DnsName.MaxLength]), transport, 0, buffer, out var length, out _);
        return (kind, buffer[..length]);
    }
}
