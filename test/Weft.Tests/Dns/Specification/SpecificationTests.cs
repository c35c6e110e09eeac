using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Model.Dns;
using Weft.Tests.Golden;

namespace Weft.Tests.Dns.Specification;

/// <summary>
/// Kubernetes DNS-Based Service Discovery 1.1.0 and the RFCs below it as a table: a folder of <c>Golden</c> for each section, with a cluster (in.yaml), its zone
/// file (zone.txt), and questions with their answers (queries.txt, written by hand).
/// </summary>
public sealed class SpecificationTests
{
    private const ushort Id = 0x4A5B;

    private static readonly GoldenFolder Golden = GoldenFolder.Here();
    private static readonly Dictionary<string, SpecificationCase> Loaded = Golden.Cases.ToDictionary(one => (string)one.Data, one => SpecificationCase.Load(Golden, one.Data));

    public static TheoryData<string> Sections() => Golden.Cases;

    public static TheoryData<string, string> Rows() => new(Loaded.SelectMany(section => section.Value.Lines.Select(line => (section.Key, line))));

    [Fact]
    public void The_table_has_at_least_150_rows() => Assert.InRange(Rows().Count, 150, int.MaxValue);

    [Theory]
    [MemberData(nameof(Sections))]
    public void A_cluster_has_its_zone_file(string section) => Golden.Check(section, "zone.txt", Loaded[section].Records);

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_question_has_its_answer(string section, string line)
    {
        var row = SpecificationRow.Parse(line);
        foreach (var name in Cases(row.Name))
        {
            foreach (var (recursion, edns) in new[] { (true, true), (true, false), (false, true), (false, false) })
                Check(Loaded[section], row, name, recursion, edns);
        }
    }

    /// <summary>The name as it stands, in capitals, and mixed: comparisons take no notice of case, and answers keep it (section 2.1; RFC 4343).</summary>
    private static IEnumerable<DnsName> Cases(DnsName name)
    {
        yield return name;
        yield return Changed(name, (one, _) => Upper(one));
        yield return Changed(name, (one, at) => at % 2 == 0 ? Upper(one) : one);
    }

    private static void Check(SpecificationCase section, SpecificationRow row, DnsName name, bool recursion, bool edns)
    {
        var buffer = new byte[Responder.LongestMessage];
        var kind = new Responder(recursion).Respond(section.Zone, DnsQuery.Read(Query(name, row, edns), new byte[DnsName.MaxLength]), DnsTransport.Stream, 0, buffer, out var length, out _);
        if (recursion && row.Outcome is ("FORWARD" or "FOLLOW"))
        {
            Assert.Equal(row.Outcome == "FORWARD" ? ResponseKind.Forward : ResponseKind.Follow, kind);
            return;
        }

        Assert.Equal(ResponseKind.Send, kind);
        Assert.True(DnsMessage.TryRead(buffer.AsSpan(0, length), out var answer));
        CheckHeader(answer, row, name, recursion, edns);

        // Names of the data may point at the question, and so have its case.
        Assert.Equal(row.Answers, answer.Answers.Select(Shown), StringComparer.OrdinalIgnoreCase);
        Assert.Equal(row.Additional, answer.Additional.Select(record => $"{record.Name} {Shown(record)}"), StringComparer.OrdinalIgnoreCase);
        CheckOwners(answer, section.Settings.Ttl);
        var start = section.Records.First().ToString();
        Assert.Equal(row.IsNegative ? [start] : [], answer.Authorities.Select(record => record.ToString()), StringComparer.OrdinalIgnoreCase);
    }

    private static void CheckHeader(DnsMessage answer, SpecificationRow row, DnsName name, bool recursion, bool edns)
    {
        Assert.Equal((Id, row.Code), (answer.Header.Id, answer.Code));
        Assert.Equal(row.Code is DnsCode.NoError or DnsCode.NXDomain, answer.Header.Flags.HasFlag(DnsFlags.Authoritative));
        Assert.Equal(recursion, answer.Header.Flags.HasFlag(DnsFlags.RecursionAvailable));
        Assert.Equal(edns, answer.Edns is not null);
        Assert.Equal((name.ToString(), row.Type, row.Class), (answer.Questions.Single().Name.ToString(), answer.Questions[0].Type, answer.Questions[0].Class));
    }

    /// <summary>The first owner is the name asked for, letter by letter, and each further one is that name, or what the CNAME before says.</summary>
    private static void CheckOwners(DnsMessage answer, uint ttl)
    {
        var owner = answer.Questions[0].Name;
        foreach (var record in answer.Answers)
        {
            Assert.Equal(owner.ToString(), record.Name.ToString(), ignoreCase: owner != answer.Questions[0].Name);
            Assert.Equal((ttl, DnsClass.IN), (record.Ttl, record.Class));
            owner = record.Type == DnsType.CNAME ? DnsName.FromWire(record.Data.Span) : owner;
        }

        Assert.All(answer.Additional, record => Assert.Equal((ttl, DnsClass.IN), (record.Ttl, record.Class)));
        Assert.Equal(answer.Additional.Count, answer.Additional.Select(record => record.ToString()).Distinct().Count());
    }

    private static byte[] Query(DnsName name, SpecificationRow row, bool edns)
    {
        var writer = new MessageWriter(new byte[512]);
        Assert.True(writer.TryWriteQuestion(name.Wire, row.Type, row.Class));
        if (edns)
            Assert.True(Edns.TryWrite(ref writer, 1232, DnsCode.NoError, wantsSignatures: false, []));
        return writer.Finish(new DnsHeader(Id, DnsFlags.RecursionDesired, 1, Additional: (ushort)(edns ? 1 : 0))).ToArray();
    }

    private static string Shown(DnsRecord record) => $"{record.Type} {RecordData.Text(record.Type, record.Data.Span)}";

    private static DnsName Changed(DnsName name, Func<byte, int, byte> change)
    {
        var wire = name.Wire.ToArray();
        for (var at = 0; wire[at] != 0; at += wire[at] + 1)
        {
            for (var i = at + 1; i <= at + wire[at]; i++)
                wire[i] = change(wire[i], i);
        }

        return DnsName.FromWire(wire);
    }

    private static byte Upper(byte one) => one is >= (byte)'a' and <= (byte)'z' ? (byte)(one - 0x20) : one;
}
