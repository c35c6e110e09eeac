using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Tests.Dns;

/// <summary>What the writer writes, the reader reads; the bytes are those of the RFCs.</summary>
public sealed class MessageTests
{
    private static readonly DnsName Zone = DnsName.Parse("cluster.local"), Web = DnsName.Parse("web.default.svc.cluster.local");
    private static readonly byte[] Address = [10, 96, 0, 10];

    [Fact]
    public void The_owner_of_an_answer_points_at_the_question_and_keeps_its_case()
    {
        var writer = new MessageWriter(new byte[512]);
        Assert.True(writer.TryWriteQuestion(DnsName.Parse("WEB.default.svc.cluster.local").Wire, DnsType.A));
        var question = writer.Length;
        Assert.True(writer.TryWriteRecord(Web.Wire, DnsType.A, 5, Address));
        var bytes = writer.Finish(new DnsHeader(7, DnsFlags.Response | DnsFlags.Authoritative, 1, 1));

        Assert.Equal("C00C" + "0001" + "0001" + "00000005" + "0004" + "0A60000A", Convert.ToHexString(bytes[question..]));
        Assert.True(DnsMessage.TryRead(bytes, out var message));
        Assert.Equal("WEB.default.svc.cluster.local. 5 IN A 10.96.0.10", message.Answers.Single().ToString());
        Assert.Equal(7, message.Header.Id);
    }

    [Fact]
    public void Names_point_at_the_longest_part_that_was_written_before()
    {
        var writer = new MessageWriter(new byte[512]);
        Assert.True(writer.TryWriteQuestion(Web.Wire, DnsType.SOA));
        var start = writer.Length;
        Assert.True(writer.TryWriteSoa(Zone.Wire, 5, DnsName.Parse("ns.dns.cluster.local").Wire, DnsName.Parse("hostmaster.cluster.local").Wire, new SoaTimes(1, 7200, 1800, 86400, 5)));
        var bytes = writer.Finish(new DnsHeader(1, DnsFlags.Response, 1, 0, 1));

        // 12 header, 3web at 12, 7default at 16, 3svc at 24, 7cluster at 28.
        Assert.Equal("C01C", Convert.ToHexString(bytes[start..(start + 2)]));
        Assert.Equal("026E7303646E73" + "C01C" + "0A686F73746D6173746572" + "C01C", Convert.ToHexString(bytes[(start + 12)..^20]));
        Assert.True(DnsMessage.TryRead(bytes, out var message));
        Assert.Equal("cluster.local. 5 IN SOA ns.dns.cluster.local. hostmaster.cluster.local. 1 7200 1800 86400 5", message.Authorities.Single().ToString());
    }

    [Fact]
    public void The_target_of_srv_stays_whole_and_may_be_pointed_at_by_none()
    {
        var writer = new MessageWriter(new byte[512]);
        Assert.True(writer.TryWriteQuestion(Web.Wire, DnsType.SRV));
        Assert.True(writer.TryWriteNameRecord(Web.Wire, DnsType.SRV, 5, [0, 0, 0, 100, 0, 80], DnsName.Parse("a.web.default.svc.cluster.local").Wire));
        Assert.True(writer.TryWriteNameRecord(Web.Wire, DnsType.CNAME, 5, [], DnsName.Parse("a.web.default.svc.cluster.local").Wire));
        var bytes = writer.Finish(new DnsHeader(1, DnsFlags.Response, 1, 2)).ToArray();
        Assert.Equal("0161C00C", Convert.ToHexString(bytes[^4..]));
        Assert.True(DnsMessage.TryRead(bytes, out var message));
        Assert.Equal(["0 100 80 a.web.default.svc.cluster.local.", "a.web.default.svc.cluster.local."], message.Answers.Select(record => RecordData.Text(record.Type, record.Data.Span)));
    }

    [Fact]
    public void A_record_without_room_leaves_nothing_behind()
    {
        var needed = 0;
        for (var size = DnsHeader.Length; needed == 0; size++)
        {
            var writer = new MessageWriter(new byte[size]);
            var question = writer.TryWriteQuestion(Web.Wire, DnsType.A);
            var before = writer.Length;
            Assert.True(question || before == DnsHeader.Length);
            if (!question)
                continue;
            if (writer.TryWriteNameRecord(DnsName.Parse("x.y.cluster.local").Wire, DnsType.MX, 5, [0, 10], DnsName.Parse("mail.x.y.cluster.local").Wire))
                needed = size;
            else
                Assert.Equal(before, writer.Length);
        }

        Assert.Equal(12 + 31 + 4 + (6 + 10) + 2 + 7, needed);
    }

    [Fact]
    public void A_name_that_failed_is_not_pointed_at()
    {
        var writer = new MessageWriter(new byte[12 + 33 + 20]);
        Assert.True(writer.TryWriteQuestion(DnsName.Parse("a.example").Wire, DnsType.A));
        Assert.False(writer.TryWriteRecord(DnsName.Parse("other.example").Wire, DnsType.TXT, 5, new byte[40]));
        Assert.True(writer.TryWriteRecord(DnsName.Parse("other.example").Wire, DnsType.A, 5, Address));
        Assert.True(DnsMessage.TryRead(writer.Finish(new DnsHeader(1, DnsFlags.Response, 1, 1)), out var message));
        Assert.Equal("other.example. 5 IN A 10.96.0.10", message.Answers.Single().ToString());
    }

    [Fact]
    public void Equal_labels_in_one_name_are_not_taken_for_each_other()
    {
        var writer = new MessageWriter(new byte[512]);
        Assert.True(writer.TryWriteQuestion(DnsName.Parse("a.a.a").Wire, DnsType.A));
        Assert.True(writer.TryWriteRecord(DnsName.Parse("a.a").Wire, DnsType.A, 5, Address));
        Assert.True(DnsMessage.TryRead(writer.Finish(new DnsHeader(1, DnsFlags.Response, 1, 1)), out var message));
        Assert.Equal(("a.a.a.", "a.a."), (message.Questions[0].Name.ToString(), message.Answers[0].Name.ToString()));
    }

    [Fact]
    public void Edns_carries_size_code_wishes_and_options()
    {
        Span<byte> options = stackalloc byte[64];
        var length = Edns.PutOption(options, EdnsOption.Cookie, [1, 2, 3, 4, 5, 6, 7, 8]);
        length += Edns.PutOption(options[length..], EdnsOption.ExtendedError, [0, 3]);
        var writer = new MessageWriter(new byte[512]);
        Assert.True(Edns.TryWrite(ref writer, 1232, DnsCode.BadVers, wantsSignatures: true, options[..length]));
        var bytes = writer.Finish(new DnsHeader(1, DnsFlags.Response, 0, Additional: 1));

        Assert.Equal("00" + "0029" + "04D0" + "01008000" + "0012", Convert.ToHexString(bytes[12..23]));
        Assert.True(DnsMessage.TryRead(bytes, out var message));
        var edns = message.Edns!.Value;
        Assert.Equal((1232, true, DnsCode.BadVers), (edns.PayloadSize, edns.WantsSignatures, message.Code));
        Assert.True(edns.TryFind(bytes, EdnsOption.ExtendedError, out var error));
        Assert.Equal([0, 3], error.ToArray());
        Assert.False(edns.TryFind(bytes, EdnsOption.Padding, out _));
    }

    [Theory]
    [InlineData(DnsType.A, "0A60000A", "10.96.0.10")]
    [InlineData(DnsType.AAAA, "FD000000000000000000000000000001", "fd00::1")]
    [InlineData(DnsType.TXT, "05312E312E300122", "\"1.1.0\" \"\\\"\"")]
    [InlineData(DnsType.TXT, "05", "\"\"")]
    [InlineData(DnsType.MX, "000A0161026C6F00", "10 a.lo.")]
    [InlineData(DnsType.A, "0A60", "\\# 2 0A60")]
    [InlineData(DnsType.SOA, "0000", "\\# 2 0000")]
    [InlineData((DnsType)999, "", "\\# 0")]
    public void Data_is_shown_as_in_zone_files(DnsType type, string hex, string text) => Assert.Equal(text, RecordData.Text(type, Convert.FromHexString(hex)));

    [Fact]
    public void A_question_is_answered_under_its_own_flags()
    {
        var header = new DnsHeader(9, DnsFlags.RecursionDesired | DnsFlags.CheckingDisabled | DnsFlags.AuthenticData | (DnsFlags)(4 << 11), 1);
        Assert.Equal(DnsOpcode.Notify, header.Opcode);
        Assert.Equal((DnsFlags)0xA114, header.AnswerFlags(DnsCode.NotImp));
    }
}
