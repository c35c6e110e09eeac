using Weft.Dns.Caching;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Tests.Dns;

/// <summary>What is taken over from others, for how long, and how it is given on.</summary>
public sealed class CacheTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DnsName Name = DnsName.Parse("www.example.org"), Target = DnsName.Parse("web.example.net");
    private static readonly byte[] Address = [192, 0, 2, 1];
    private static readonly CacheLimits Limits = new();

    private readonly AnswerReader _reader = new(Limits);

    private delegate void Writing(ref MessageWriter writer);

    [Fact]
    public void Times_run_down_and_the_case_and_id_are_the_clients()
    {
        var cached = Positive(100)!;
        Assert.Equal(TimeSpan.FromSeconds(100), cached.Ttl);
        var answer = Give(cached, "WWW.example.ORG", Now.AddSeconds(40));
        Assert.Equal("WWW.example.ORG. 60 IN A 192.0.2.1", answer.Answers.Single().ToString());
        Assert.Equal((0x77, true, false), (answer.Header.Id, answer.Header.Flags.HasFlag(DnsFlags.RecursionAvailable), answer.Header.Flags.HasFlag(DnsFlags.Authoritative)));
        Assert.False(cached.IsEnding(Now.AddSeconds(89), 0.1));
        Assert.True(cached.IsEnding(Now.AddSeconds(90), 0.1));
        Assert.False(cached.IsStale(Now.AddSeconds(99)));
        Assert.True(cached.IsStale(Now.AddSeconds(100)));
        Assert.Equal(30u, Give(cached, "www.example.org", Now.AddSeconds(200)).Answers.Single().Ttl);
    }

    [Theory]
    [InlineData(0u, 5)]
    [InlineData(3u, 5)]
    [InlineData(86400u, 3600)]
    [InlineData(0x80000001u, 5)]
    public void Times_have_limits(uint ttl, int seconds)
    {
        var cached = Positive(ttl)!;
        Assert.Equal(TimeSpan.FromSeconds(seconds), cached.Ttl);
        Assert.InRange(Give(cached, "www.example.org", Now).Answers.Single().Ttl, 1u, (uint)seconds);
    }

    [Theory]
    [InlineData(DnsCode.NXDomain, 300u, 60u, 60)]
    [InlineData(DnsCode.NoError, 20u, 60u, 20)]
    [InlineData(DnsCode.NXDomain, 86400u, 86400u, 1800)]
    public void What_does_not_exist_is_known_as_long_as_the_zones_start_says(DnsCode code, uint ttl, uint minimum, int seconds)
    {
        var cached = Read(code, (ref MessageWriter writer) =>
            Assert.True(writer.TryWriteSoa(DnsName.Parse("example.org").Wire, ttl, Target.Wire, Target.Wire, new SoaTimes(1, 2, 3, 4, minimum))), authorities: 1);
        Assert.Equal((code, TimeSpan.FromSeconds(seconds)), (cached!.Code, cached.Ttl));
        Assert.Single(Give(cached, "www.example.org", Now).Authorities);
    }

    [Fact]
    public void Only_the_chain_of_aliases_from_the_question_is_taken_over()
    {
        var cached = Read(DnsCode.NoError, (ref MessageWriter writer) =>
        {
            Assert.True(writer.TryWriteNameRecord(Name.Wire, DnsType.CNAME, 50, [], Target.Wire));
            Assert.True(writer.TryWriteRecord(DnsName.Parse("www.bank.example").Wire, DnsType.A, 50, [6, 6, 6, 6]));
            Assert.True(writer.TryWriteRecord(Target.Wire, DnsType.A, 20, Address));
            Assert.True(writer.TryWriteRecord(Target.Wire, DnsType.MX, 20, [0, 1, 0]));
        }, answers: 4);
        var answer = Give(cached!, "www.example.org", Now);
        Assert.Equal(["www.example.org. 20 IN CNAME web.example.net.", "web.example.net. 20 IN A 192.0.2.1"], answer.Answers.Select(record => record.ToString()));
        Assert.Equal(TimeSpan.FromSeconds(20), cached!.Ttl);
    }

    [Fact]
    public void A_zones_start_of_somebody_else_is_left_out() =>
        Assert.Equal(TimeSpan.FromSeconds(5), Read(DnsCode.NXDomain, (ref MessageWriter writer) =>
            Assert.True(writer.TryWriteSoa(DnsName.Parse("example.com").Wire, 900, Target.Wire, Target.Wire, new SoaTimes(1, 2, 3, 4, 900))), authorities: 1)!.Ttl);

    [Fact]
    public void What_is_no_answer_to_the_question_is_not_taken_over()
    {
        Assert.Null(Read(DnsCode.ServFail, (ref MessageWriter _) => { }));
        Assert.Null(Read(DnsCode.NoError, (ref MessageWriter _) => { }, flags: DnsFlags.None));
        Assert.Null(Read(DnsCode.NoError, (ref MessageWriter _) => { }, flags: DnsFlags.Response | DnsFlags.Truncated));
        Assert.Null(Read(DnsCode.NoError, (ref MessageWriter _) => { }, answers: 1));
        var bytes = Message(DnsCode.NoError, DnsFlags.Response, (ref MessageWriter writer) => Assert.True(writer.TryWriteRecord(Name.Wire, DnsType.A, 5, Address)), 1, 0);
        Assert.Null(_reader.Read(bytes, Target.Wire, DnsType.A, Now));
        Assert.Null(_reader.Read(bytes, Name.Wire, DnsType.AAAA, Now));
        for (var length = 0; length < bytes.Length; length++)
            Assert.Null(_reader.Read(bytes.AsSpan(0, length), Name.Wire, DnsType.A, Now));
    }

    [Fact]
    public void What_does_not_fit_into_a_datagram_is_truncated_to_its_question()
    {
        var cached = Read(DnsCode.NoError, (ref MessageWriter writer) =>
        {
            for (byte i = 0; i < 40; i++)
                Assert.True(writer.TryWriteRecord(Name.Wire, DnsType.A, 60, [192, 0, 2, i]));
        }, answers: 40)!;
        var answer = Give(cached, "www.example.org", Now);
        Assert.Equal((0, true), (answer.Answers.Count, answer.Header.Flags.HasFlag(DnsFlags.Truncated)));
        Assert.Equal(40, Give(cached, "www.example.org", Now, DnsTransport.Stream).Answers.Count);
    }

    [Fact]
    public void Whoever_is_not_asked_for_again_goes_first()
    {
        var cache = new AnswerCache(3);
        foreach (var label in new[] { "a", "b", "c" })
            Keep(label);
        Assert.True(Has("A"));
        Keep("d");
        Assert.Equal((3, false), (cache.Count, Has("b")));
        Keep("e");
        Keep("f");
        Assert.Equal((3, true), (cache.Count, Has("a")));

        void Keep(string label) => cache.Keep(DnsName.Parse(label).Wire, DnsType.A, Positive(100)!);

        bool Has(string label) => cache.Find(DnsName.Parse(label).Wire, DnsType.A) is not null;
    }

    [Fact]
    public void Types_whose_numbers_are_letters_are_told_apart()
    {
        var cache = new AnswerCache(10);
        cache.Keep(Name.Wire, (DnsType)'A', Positive(100)!);
        Assert.Null(cache.Find(Name.Wire, (DnsType)'a'));
        Assert.NotNull(cache.Find(DnsName.Parse("WWW.EXAMPLE.ORG").Wire, (DnsType)'A'));
    }

    private CachedAnswer? Positive(uint ttl) => Read(DnsCode.NoError, (ref MessageWriter writer) => Assert.True(writer.TryWriteRecord(Name.Wire, DnsType.A, ttl, Address)), answers: 1);

    private CachedAnswer? Read(DnsCode code, Writing records, int answers = 0, int authorities = 0, DnsFlags flags = DnsFlags.Response) =>
        _reader.Read(Message(code, flags, records, answers, authorities), Name.Wire, DnsType.A, Now);

    private static byte[] Message(DnsCode code, DnsFlags flags, Writing records, int answers, int authorities)
    {
        var writer = new MessageWriter(new byte[4096]);
        Assert.True(writer.TryWriteQuestion(Name.Wire, DnsType.A));
        records(ref writer);
        return writer.Finish(new DnsHeader(1, flags | (DnsFlags)code, 1, (ushort)answers, (ushort)authorities)).ToArray();
    }

    private static DnsMessage Give(CachedAnswer cached, string name, DateTimeOffset now, DnsTransport transport = DnsTransport.Datagram)
    {
        var writer = new MessageWriter(new byte[512]);
        Assert.True(writer.TryWriteQuestion(DnsName.Parse(name).Wire, DnsType.A));
        Assert.True(Edns.TryWrite(ref writer, 512, DnsCode.NoError, wantsSignatures: false, []));
        var query = DnsQuery.Read(writer.Finish(new DnsHeader(0x77, DnsFlags.RecursionDesired, 1, Additional: 1)), new byte[DnsName.MaxLength]);
        var buffer = new byte[4096];
        var length = cached.Write(query, transport, now, Limits.StaleTtl, buffer);
        Assert.True(DnsMessage.TryRead(buffer.AsSpan(0, length), out var message));
        Assert.NotNull(message.Edns);
        return message;
    }
}
