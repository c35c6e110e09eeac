using FsCheck;
using FsCheck.Fluent;
using Weft.Model;
using Weft.Netlink;
using Weft.Netlink.Conntrack;
using Weft.Netlink.Protocol;

namespace Weft.Tests.Netlink.Conntrack;

/// <summary>Whatever the kernel sends, the decoder returns a flow or notes an error; lists end, and throw nothing but <see cref="NetlinkException"/>.</summary>
public sealed class FlowCodecFuzzTests
{
    private static readonly Flow Sample = new(
        new FlowTuple(17, IpAddress.Parse("fd00::1"), 4000, IpAddress.Parse("fd96::10"), 53),
        new FlowTuple(17, IpAddress.Parse("fd44::5"), 5353, IpAddress.Parse("fd00::1"), 4000),
        Zone: 3);

    [Fact]
    public void An_untouched_message_is_read_as_it_was_written()
    {
        var error = default(DecodeError);
        var messages = new MessageReader(Written());
        Assert.True(messages.TryRead(out var message));
        Assert.Equal(Sample, FlowCodec.Read(message, ref error));
        Assert.Null(error.Text);
    }

    [Fact]
    public void Changed_and_shortened_messages_never_make_it_throw() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        var bytes = Written();
        for (var i = random.Next(1, 12); i > 0; i--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        Read(bytes.AsSpan(0, random.Next(3) == 0 ? random.Next(bytes.Length) : bytes.Length));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void A_reading_that_starts_over_counts_from_the_start()
    {
        var transport = new ScriptedTransport();
        transport.On(sequence => [ScriptedTransport.Answer.Of(Answer(sequence)), ScriptedTransport.Answer.Lost]);
        transport.On(sequence => [ScriptedTransport.Answer.Of(Answer(sequence), Answer(sequence), KernelMessage.Done(sequence))]);
        using var flows = new KernelConntrack(new NetlinkSocket(transport));
        Assert.Single(flows.Find(new FlowFilter(), limit: 1));
    }

    private static void Read(ReadOnlySpan<byte> bytes)
    {
        var error = default(DecodeError);
        var messages = new MessageReader(bytes);
        while (messages.TryRead(out var message))
        {
            _ = FlowCodec.Read(message, ref error);
            _ = StatsCodec.ReadTable(message, ref error);
            _ = StatsCodec.ReadDrops(message, ref error);
        }
    }

    private static byte[] Answer(uint sequence)
    {
        var bytes = Written();
        Native.WriteUInt32(bytes.AsSpan(8), sequence);
        return bytes;
    }

    private static byte[] Written()
    {
        var writer = new NetlinkWriter(stackalloc byte[512]);
        FlowCodec.Begin(ref writer, Cta.New, 0, isV6: true);
        FlowCodec.Write(ref writer, Sample);
        return writer.Complete().ToArray();
    }
}
