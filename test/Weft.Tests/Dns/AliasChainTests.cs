using Weft.Dns.Caching;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Tests.Dns;

/// <summary>Answers of others whose records come in any order, lead in circles, or are of kinds that mean nothing to us.</summary>
public sealed class AliasChainTests
{
    private const string Asked = "www.example.org";
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_chain_is_followed_in_whatever_order_its_records_come()
    {
        var records = new[] { Alias(Asked, "a.example.net"), Alias("A.example.net", "b.example.com"), Address("b.example.COM", 1), Address("b.example.com", 2), Address("bank.example", 66) };
        foreach (var order in Permutations(records))
        {
            var answers = Read(DnsType.A, order)!.Answers.Select(Show).ToList();
            Assert.Equal(["www.example.org. CNAME a.example.net.", "a.example.net. CNAME b.example.com."], answers.Take(2));
            Assert.Equal(["b.example.com. A 192.0.2.1", "b.example.com. A 192.0.2.2"], answers.Skip(2).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void An_alias_without_an_end_is_an_answer_and_one_in_a_circle_is_none()
    {
        Assert.Single(Read(DnsType.A, Alias(Asked, "a.example.net"))!.Answers);
        Assert.Null(Read(DnsType.A, Alias(Asked, Asked)));
        foreach (var order in Permutations([Alias(Asked, "a.example.net"), Alias("a.example.net", "b.example.net"), Alias("b.example.net", "a.example.net"), Address("b.example.org", 1)]))
            Assert.Null(Read(DnsType.A, order));
        Assert.Single(Read(DnsType.CNAME, Alias(Asked, Asked))!.Answers);
    }

    [Theory]
    [InlineData(16, true)]
    [InlineData(17, false)]
    public void Chains_have_a_longest_length(int aliases, bool isTaken)
    {
        var chain = Enumerable.Range(0, aliases).Select(i => Alias(NameOf(i), NameOf(i + 1))).Append(Address(NameOf(aliases), 1)).ToArray();
        Assert.Equal(isTaken, Read(DnsType.A, chain)?.Answers.Count == aliases + 1);
        Assert.Equal(isTaken, Read(DnsType.A, [.. chain.Reverse()])?.Answers.Count == aliases + 1);

        static string NameOf(int i) => i == 0 ? Asked : $"n{i}.example";
    }

    [Fact]
    public void Of_a_whole_tree_elsewhere_the_alias_of_the_name_is_taken()
    {
        var tree = new Record("example.org", DnsType.DNAME, DnsName.Parse("example.net").Wire.ToArray());
        foreach (var order in Permutations([tree, Alias(Asked, "www.example.net"), Address("www.example.net", 1)]))
            Assert.Equal(["www.example.org. CNAME www.example.net.", "www.example.net. A 192.0.2.1"], Read(DnsType.A, order)!.Answers.Select(Show));
        Assert.Equal("www.example.org. DNAME example.net.", Show(Read(DnsType.DNAME, tree with { Owner = Asked })!.Answers.Single()));
    }

    [Fact]
    public void Whoever_asks_for_everything_gets_what_the_name_itself_has() =>
        Assert.Equal(
            ["www.example.org. CNAME a.example.net.", "www.example.org. TXT \"hello\""],
            Read(DnsType.ANY, Address("a.example.net", 1), Alias(Asked, "a.example.net"), new Record(Asked, DnsType.TXT, [5, .. "hello"u8]))!.Answers.Select(Show));

    [Theory]
    [InlineData(DnsType.HTTPS)]
    [InlineData(DnsType.SVCB)]
    [InlineData((DnsType)65280)]
    public void Data_that_means_nothing_to_us_passes_byte_by_byte(DnsType type)
    {
        // Priority, a target, ALPN; and at the end what would be a pointer in a name.
        byte[] data = [0, 1, 3, (byte)'s', (byte)'v', (byte)'c', 0, 0, 1, 0, 3, 2, (byte)'h', (byte)'2', 0xC0, 0x0C];
        var answer = Read(type, new Record(Asked, type, data), new Record(Asked, type, data))!;
        Assert.Equal(2, answer.Answers.Count);
        Assert.All(answer.Answers, record => Assert.Equal((type, Convert.ToHexString(data)), (record.Type, Convert.ToHexString(record.Data.Span))));
    }

    [Fact]
    public void The_class_of_the_question_comes_back() =>
        Assert.Equal(DnsClass.ANY, Read(DnsType.A, DnsClass.ANY, [Address(Asked, 1)])!.Questions.Single().Class);

    private static DnsMessage? Read(DnsType type, params Record[] records) => Read(type, DnsClass.IN, records);

    /// <summary>What a client hears of an answer with these records; null when it is not taken over.</summary>
    private static DnsMessage? Read(DnsType type, DnsClass recordClass, Record[] records)
    {
        var writer = new MessageWriter(new byte[8192]);
        Assert.True(writer.TryWriteQuestion(DnsName.Parse(Asked).Wire, type));
        foreach (var record in records)
            Assert.True(writer.TryWriteRecord(DnsName.Parse(record.Owner).Wire, record.Type, 60, record.Data));
        var message = writer.Finish(new DnsHeader(1, DnsFlags.Response, 1, (ushort)records.Length));
        if (new AnswerReader(new CacheLimits()).Read(message, DnsName.Parse(Asked).Wire, type, Now) is not { } taken)
            return null;
        var asking = new MessageWriter(new byte[512]);
        Assert.True(asking.TryWriteQuestion(DnsName.Parse(Asked).Wire, type, recordClass));
        var query = DnsQuery.Read(asking.Finish(new DnsHeader(7, DnsFlags.RecursionDesired, 1)), new byte[DnsName.MaxLength]);
        var buffer = new byte[Responder.LongestMessage];
        return DnsTalk.Read(buffer.AsSpan(0, taken.Write(query, DnsTransport.Stream, Now, TimeSpan.Zero, buffer)));
    }

    private static Record Alias(string owner, string target) => new(owner, DnsType.CNAME, DnsName.Parse(target).Wire.ToArray());

    private static Record Address(string owner, byte number) => new(owner, DnsType.A, [192, 0, 2, number]);

    private static string Show(DnsRecord record) => $"{record.Name} {record.Type} {RecordData.Text(record.Type, record.Data.Span)}";

    private static IEnumerable<Record[]> Permutations(Record[] records) => records.Length < 2
        ? [records]
        : records.SelectMany((first, i) => Permutations([.. records[..i], .. records[(i + 1)..]]).Select(rest => (Record[])[first, .. rest]));

    private sealed record Record(string Owner, DnsType Type, byte[] Data);
}
