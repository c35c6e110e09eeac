using FsCheck;
using FsCheck.Fluent;
using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Tests.Dns;

/// <summary>Whatever arrives is read or refused; what is read can be written and read again.</summary>
public sealed class WireFuzzTests
{
    private static readonly Config Bounded = Config.QuickThrowOnFailure.WithMaxTest(3000);

    [Fact]
    public void Random_bytes_are_read_or_refused() => Check(Gen.ArrayOf(ArbMap.Default.GeneratorFor<byte>(), 300));

    [Fact]
    public void Random_bytes_behind_a_header_are_read_or_refused() =>
        Check(
            from counts in Gen.ArrayOf(Gen.Choose(0, 3), 4)
            from rest in Gen.ArrayOf(Gen.Frequency((3, Gen.Elements<byte>(0, 1, 2, 3, 0xC0, 12, 28, 33, 41)), (1, ArbMap.Default.GeneratorFor<byte>())), 120)
            select (byte[])[0, 1, 0, 0, .. counts.SelectMany(count => new byte[] { 0, (byte)count }), .. rest]);

    [Fact]
    public void Messages_of_which_a_few_bytes_are_wrong_are_read_or_refused()
    {
        var sound = Sound();
        Check(
            from places in Gen.ArrayOf(Gen.Choose(0, sound.Length - 1), 4)
            from values in Gen.ArrayOf(ArbMap.Default.GeneratorFor<byte>(), 4)
            from length in Gen.Frequency((4, Gen.Constant(sound.Length)), (1, Gen.Choose(0, sound.Length)))
            select Changed(sound, places, values)[..length]);
    }

    [Fact]
    public void A_whole_message_is_read_and_any_shorter_one_refused()
    {
        var sound = Sound();
        Assert.True(DnsMessage.TryRead(sound, out var message));
        Assert.Equal(5, message.Answers.Count);
        for (var length = 0; length < sound.Length; length++)
            Assert.False(DnsMessage.TryRead(sound.AsSpan(0, length), out _));
    }

    private static void Check(Gen<byte[]> messages) => Prop.ForAll(Arb.From(messages), ReadAndWrite).Check(Bounded);

    private static void ReadAndWrite(byte[] bytes)
    {
        if (!DnsMessage.TryRead(bytes, out var message))
            return;
        message.Edns?.TryFind(bytes, EdnsOption.Cookie, out _);
        var writer = new MessageWriter(new byte[ushort.MaxValue]);
        foreach (var question in message.Questions)
            Assert.True(writer.TryWriteQuestion(question.Name.Wire, question.Type, question.Class));
        var records = message.Answers.Concat(message.Authorities).Concat(message.Additional).ToList();
        foreach (var record in records)
            Assert.True(writer.TryWriteRecord(record.Name.Wire, record.Type, record.Ttl, record.Data.Span, record.Class));
        Assert.True(DnsMessage.TryRead(writer.Finish(message.Header with { Answers = (ushort)records.Count, Authorities = 0, Additional = 0 }), out var again));
        Assert.Equal(records.Select(record => record.ToString()), again.Answers.Select(record => record.ToString()));
    }

    private static byte[] Changed(byte[] sound, int[] places, byte[] values)
    {
        var bytes = (byte[])sound.Clone();
        foreach (var (place, value) in places.Zip(values))
            bytes[place] = value;
        return bytes;
    }

    private static byte[] Sound()
    {
        var name = DnsName.Parse("_http._tcp.web.default.svc.cluster.local");
        var target = DnsName.Parse("a.web.default.svc.cluster.local");
        var writer = new MessageWriter(new byte[512]);
        Assert.True(writer.TryWriteQuestion(name.Wire, DnsType.SRV));
        Assert.True(writer.TryWriteNameRecord(name.Wire, DnsType.SRV, 5, [0, 0, 0, 100, 0, 80], target.Wire));
        Assert.True(writer.TryWriteNameRecord(name.Wire, DnsType.CNAME, 5, [], target.Wire));
        Assert.True(writer.TryWriteNameRecord(name.Wire, DnsType.MX, 5, [0, 10], target.Wire));
        Assert.True(writer.TryWriteSoa(target.Parent.Wire, 5, target.Wire, name.Wire, new SoaTimes(1, 2, 3, 4, 5)));
        Assert.True(writer.TryWriteRecord(target.Wire, DnsType.A, 5, [10, 0, 0, 1]));
        Assert.True(Edns.TryWrite(ref writer, 1232, DnsCode.NoError, wantsSignatures: false, [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]));
        return writer.Finish(new DnsHeader(1, DnsFlags.Response, 1, 5, Additional: 1)).ToArray();
    }
}
