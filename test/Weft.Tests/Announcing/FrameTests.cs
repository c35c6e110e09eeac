using FsCheck;
using FsCheck.Fluent;
using Weft.Model;
using Weft.Netlink.LinkLayer;

namespace Weft.Tests.Announcing;

public sealed class FrameTests
{
    private static readonly MacAddress Mac = MacAddress.Parse("02:00:5e:10:00:01");
    private static readonly MacAddress Other = MacAddress.Parse("02:00:5e:10:00:02");
    private static readonly IpAddress V4 = IpAddress.Parse("192.0.2.7");
    private static readonly IpAddress V6 = IpAddress.Parse("2001:db8::7");
    private static readonly IpAddress Source = IpAddress.Parse("2001:db8::1");
    private static readonly Config Bounded = Config.QuickThrowOnFailure.WithMaxTest(3000);

    [Fact]
    public void A_request_is_written_as_RFC_826_has_it()
    {
        var bytes = new byte[ArpPacket.Length];
        new ArpPacket(ArpOperation.Request, Mac, IpAddress.Parse("192.0.2.1"), default, V4).Write(bytes);
        Assert.Equal("0001080006040001" + "02005e100001" + "c0000201" + "000000000000" + "c0000207", Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void A_reply_goes_back_to_who_asked_and_a_probe_names_nobody()
    {
        var reply = ArpPacket.Probe(Other, V4).ReplyFrom(Mac);
        Assert.Equal(new ArpPacket(ArpOperation.Reply, Mac, V4, Other, IpAddress.V4(0)), reply);
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        foreach (var operation in Enum.GetValues<ArpOperation>())
        {
            var packet = ArpPacket.Announcement(operation, Mac, V4);
            var bytes = new byte[60];
            packet.Write(bytes);
            Assert.True(ArpPacket.TryRead(bytes, out var read));
            Assert.Equal(packet, read);
        }

        foreach (var message in Messages())
        {
            Assert.True(NeighbourMessage.TryRead(Bytes(message), out var read));
            Assert.Equal(message, read);
        }
    }

    [Fact]
    public void A_solicitation_is_answered_to_who_asked_or_to_all_where_nobody_is_named()
    {
        var asked = new NeighbourMessage(NeighbourMessageType.Solicitation, V6, NeighbourMessage.SolicitedNode(V6), V6, Other);
        var reply = asked.ReplyFrom(Source, Mac);
        Assert.Equal((V6, AdvertisementFlags.Solicited | AdvertisementFlags.Override), (reply.Destination, reply.Flags));
        reply = NeighbourMessage.Probe(V6).ReplyFrom(Source, Mac);
        Assert.Equal((NeighbourMessage.AllNodes, AdvertisementFlags.Override), (reply.Destination, reply.Flags));
    }

    [Fact]
    public void Groups_are_those_of_the_last_three_and_four_bytes()
    {
        var group = NeighbourMessage.SolicitedNode(IpAddress.Parse("2001:db8::1:2ab:cdef"));
        Assert.Equal("ff02::1:ffab:cdef", group.ToString());
        Assert.Equal("33:33:ff:ab:cd:ef", NeighbourMessage.GroupMac(group).ToString());
    }

    [Fact]
    public void A_message_that_a_router_passed_on_or_that_is_damaged_is_none()
    {
        var bytes = Bytes(NeighbourMessage.Probe(V6));
        var far = (byte[])bytes.Clone();
        far[7] = 254;
        Assert.False(NeighbourMessage.TryRead(far, out _));
        bytes[^1] ^= 1;
        Assert.False(NeighbourMessage.TryRead(bytes, out _));
    }

    [Fact]
    public void Whatever_arrives_is_read_or_refused() => Prop.ForAll(
        Arb.From(Gen.ArrayOf(ArbMap.Default.GeneratorFor<byte>())),
        bytes =>
        {
            _ = ArpPacket.TryRead(bytes, out _);
            _ = NeighbourMessage.TryRead(bytes, out _);
        }).Check(Bounded);

    [Fact]
    public void Messages_of_which_a_few_bytes_are_wrong_are_read_or_refused() => Prop.ForAll(
        Arb.From(
            from seed in Gen.Elements(Messages().Select(Bytes).ToArray())
            from places in Gen.ArrayOf(Gen.Choose(0, seed.Length - 1), 3)
            from values in Gen.ArrayOf(ArbMap.Default.GeneratorFor<byte>(), 3)
            from length in Gen.Frequency((3, Gen.Constant(seed.Length)), (1, Gen.Choose(0, seed.Length)))
            select Mutate(seed, places, values, length)),
        bytes =>
        {
            // What passes the checksum is whole: it can be written again.
            if (NeighbourMessage.TryRead(bytes, out var message))
                _ = Bytes(message);
        }).Check(Bounded);

    private static NeighbourMessage[] Messages() =>
    [
        NeighbourMessage.Probe(V6),
        NeighbourMessage.Announcement(Source, Mac, V6),
        new(NeighbourMessageType.Solicitation, Source, NeighbourMessage.SolicitedNode(V6), V6, Mac),
        new(NeighbourMessageType.Advertisement, Source, V6, V6, Mac, AdvertisementFlags.Router | AdvertisementFlags.Solicited),
    ];

    private static byte[] Bytes(NeighbourMessage message)
    {
        var bytes = new byte[NeighbourMessage.MaxLength];
        return bytes[..message.Write(bytes)];
    }

    private static byte[] Mutate(byte[] seed, int[] places, byte[] values, int length)
    {
        var bytes = (byte[])seed.Clone();
        for (var i = 0; i < Math.Min(places.Length, values.Length); i++)
            bytes[places[i]] = values[i];
        return bytes[..length];
    }
}
