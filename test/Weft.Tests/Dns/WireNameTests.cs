using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Tests.Dns;

/// <summary>Names in messages, byte by byte.</summary>
public sealed class WireNameTests
{
    [Fact]
    public void The_names_of_rfc_1035_are_read_through_their_pointers()
    {
        // Section 4.1.4: F.ISI.ARPA at 20, FOO before it at 40, ARPA at 64, the root at 92.
        var message = new byte[93];
        "\u0001F\u0003ISI\u0004ARPA\0"u8.CopyTo(message.AsSpan(20));
        "\u0003FOO"u8.CopyTo(message.AsSpan(40));
        (message[44], message[45], message[64], message[65]) = (0xC0, 20, 0xC0, 26);
        Assert.Equal(("F.ISI.ARPA.", 32), Read(message, 20));
        Assert.Equal(("FOO.F.ISI.ARPA.", 46), Read(message, 40));
        Assert.Equal(("ARPA.", 66), Read(message, 64));
        Assert.Equal((".", 93), Read(message, 92));
    }

    [Theory]
    [InlineData("C000", 0)]
    [InlineData("0161C000", 0)]
    [InlineData("C002C000", 2)]
    [InlineData("C0040000", 0)]
    [InlineData("40", 0)]
    [InlineData("8061", 0)]
    [InlineData("0361", 0)]
    [InlineData("0161", 0)]
    [InlineData("C0", 0)]
    [InlineData("", 0)]
    public void Names_that_loop_point_ahead_or_leave_the_message_are_refused(string hex, int at) => Assert.Null(Read(Convert.FromHexString(hex), at));

    [Theory]
    [InlineData(61, true)]
    [InlineData(62, false)]
    public void A_name_has_255_bytes_at_most_also_through_pointers(int first, bool sound)
    {
        var label = new byte[64];
        label[0] = 63;
        byte[] message = [.. label, .. label, .. label, 0, (byte)first, .. new byte[first], 0xC0, 0];
        Assert.Equal(sound, Read(message, 193) is not null);
    }

    private static (string Name, int End)? Read(byte[] message, int at)
    {
        Span<byte> name = stackalloc byte[DnsName.MaxLength];
        return WireName.TryRead(message, ref at, name, out var length) ? (DnsName.FromWire(name[..length]).ToString(), at) : null;
    }
}
