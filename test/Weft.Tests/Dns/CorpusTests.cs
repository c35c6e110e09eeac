using System.Globalization;
using System.Runtime.CompilerServices;
using FsCheck;
using FsCheck.Fluent;
using Weft.Dns.Caching;
using Weft.Dns.Forwarding;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Tests.Dns;

/// <summary>Hostile packets, those of the folder <c>Corpus</c> and what becomes of them when they are changed.</summary>
public sealed class CorpusTests
{
    private static readonly DnsClient Datagram = new(IpAddress.Parse("10.244.0.7"), 4711, DnsTransport.Datagram), Stream = Datagram with { Transport = DnsTransport.Stream };
    private static readonly DnsName Www = DnsName.Parse("www.example.org");
    private static readonly DnsTable Table = new(
        [
            new NamedService("default", "many") { Endpoints = [.. Enumerable.Range(0, 100).Select(i => new NamedEndpoint($"h-{i:D2}", [IpAddress.Parse($"10.0.0.{i}")], []))] },
            new NamedService("default", "web") { Addresses = [IpAddress.Parse("10.96.0.20"), IpAddress.Parse("fd96::20")] },
        ],
        ["default"]);

    private static readonly byte[][] Queries = [.. Load("queries").Select(packet => packet.Bytes)], Answers = [.. Load("answers").Select(packet => packet.Bytes)];

    private readonly DnsService _service = new(ClusterZone.Empty(new ZoneSettings(DnsName.Parse("cluster.local")), 1).With(Table), new Forwarder([], new ForwarderOptions(), TimeProvider.System), TimeProvider.System);
    private readonly byte[] _buffer = new byte[Responder.LongestMessage];

    public static TheoryData<string, string> QueryFiles => [.. Load("queries").Select(packet => (packet.Name, packet.Expected))];

    public static TheoryData<string, string> AnswerFiles => [.. Load("answers").Select(packet => (packet.Name, packet.Expected))];

    [Theory]
    [MemberData(nameof(QueryFiles))]
    public void A_query_is_answered_as_its_file_says(string name, string expected)
    {
        var query = Load("queries").Single(packet => packet.Name == name).Bytes;
        Assert.Equal([expected, expected], new[] { Datagram, Stream }.Select(client => Ask(client, query)));
    }

    [Theory]
    [MemberData(nameof(AnswerFiles))]
    public void An_answer_of_others_is_kept_as_far_as_its_file_says(string name, string expected)
    {
        var answer = Load("answers").Single(packet => packet.Name == name).Bytes;
        Assert.Equal(expected, Keep(answer)?.ToString(CultureInfo.InvariantCulture) ?? "Refused");
    }

    [Fact]
    public void Queries_changed_at_random_are_answered_soundly_and_shortly() =>
        Prop.ForAll(Arb.From(Changed(Queries)), query =>
        {
            Ask(Datagram, query);
            Ask(Stream, query);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Fact]
    public void Answers_of_others_changed_at_random_are_kept_soundly_or_not_at_all() =>
        Prop.ForAll(Arb.From(Changed(Answers)), answer => _ = Keep(answer)).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    /// <summary>Asks, and holds the answer to what every answer is: sound, to this query, no longer than allowed, and no fault of the server.</summary>
    private string Ask(in DnsClient client, byte[] query)
    {
        var isAnswered = _service.TryAnswer(client, query, _buffer, out var length);
        Assert.True(_service.Faults == 0, _service.LastFault?.ToString());
        if (!isAnswered)
            return "Forward";
        if (length == 0)
            return "Drop";
        var answer = DnsTalk.Read(_buffer.AsSpan(0, length));
        Assert.Equal((DnsHeader.Read(query).Id, true), (answer.Header.Id, answer.Header.Flags.HasFlag(DnsFlags.Response)));
        if (client.Transport == DnsTransport.Datagram)
            Assert.InRange(length, DnsHeader.Length, answer.Edns is null ? 512 : Responder.LongestDatagram);

        // What is no answer is no gift either: the query again at most, and its reason.
        if (answer.Code is DnsCode.FormErr or DnsCode.NotImp or DnsCode.BadVers or DnsCode.Refused)
            Assert.InRange(length, DnsHeader.Length, query.Length + 120);
        return answer.Code.ToString();
    }

    /// <summary>How many records are kept; null when the whole is refused. What is kept is given again, soundly.</summary>
    private int? Keep(byte[] answer)
    {
        var now = DateTimeOffset.UnixEpoch;
        if (new AnswerReader(new CacheLimits()).Read(answer, Www.Wire, DnsType.A, now) is not { } kept)
            return null;
        var query = DnsQuery.Read(DnsTalk.Query("WWW.example.org", options: []), new byte[DnsName.MaxLength]);
        foreach (var transport in new[] { DnsTransport.Datagram, DnsTransport.Stream })
        {
            var given = DnsTalk.Read(_buffer.AsSpan(0, kept.Write(query, transport, now.AddSeconds(1), TimeSpan.FromSeconds(30), _buffer)));
            Assert.Equal((7, kept.Code, "WWW.example.org."), (given.Header.Id, given.Code, given.Questions.Single().Name.ToString()));
            Assert.All(given.Answers, record => Assert.InRange(record.Ttl, 0u, 3600u));
            if (transport == DnsTransport.Stream)
                return given.Answers.Count;
        }

        return null;
    }

    /// <summary>Packets of the folder with bytes changed, cut, doubled, or with the end of another one.</summary>
    private static Gen<byte[]> Changed(byte[][] packets) =>
        from one in Gen.Elements(packets)
        from other in Gen.Elements(packets)
        from cut in Gen.Frequency((3, Gen.Constant(one.Length)), (1, Gen.Choose(0, one.Length)))
        from tail in Gen.Frequency((3, Gen.Constant(other.Length)), (1, Gen.Choose(0, other.Length)))
        from places in Gen.ArrayOf(Gen.Choose(0, 1000), 4)
        from values in Gen.ArrayOf(Gen.Frequency((1, ArbMap.Default.GeneratorFor<byte>()), (1, Gen.Elements<byte>(0, 1, 12, 0x3F, 0x40, 0xC0, 0xFF))), 4)
        from count in Gen.Choose(0, 4)
        select Change([.. one[..cut], .. other[tail..]], places[..count], values);

    private static byte[] Change(byte[] bytes, int[] places, byte[] values)
    {
        foreach (var (place, value) in places.Zip(values).Where(_ => bytes.Length > 0))
            bytes[place % bytes.Length] = value;
        return bytes;
    }

    private static IEnumerable<Packet> Load(string folder, [CallerFilePath] string here = "") =>
        from file in Directory.EnumerateFiles(Path.Combine(Path.GetDirectoryName(here)!, "Corpus", folder), "*.txt").Order(StringComparer.Ordinal)
        let lines = File.ReadAllLines(file)
        let digits = lines.SelectMany(line => line.Split(';')[0]).Where(char.IsAsciiHexDigit)
        select new Packet(Path.GetFileNameWithoutExtension(file), lines[1]["; expect: ".Length..], Convert.FromHexString(string.Concat(digits)));

    private sealed record Packet(string Name, string Expected, byte[] Bytes);
}
