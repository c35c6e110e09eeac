using FsCheck;
using FsCheck.Fluent;
using Weft.Model;
using Weft.Netlink.PacketLog;

namespace Weft.Tests.Netlink.PacketLog;

/// <summary>Addresses and ports of packets, written out byte by byte as RFC 791 and RFC 8200 draw them.</summary>
public sealed class PacketHeaderTests
{
    private static readonly byte[] Ports = [0x9C, 0x40, 0x00, 0x50];

    [Fact]
    public void Ports_of_an_IPv4_packet_are_behind_its_options()
    {
        var header = PacketHeader.Read([0x46, 0, 0, 28, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 1, 1, 1, 1, .. Ports]);

        Assert.Equal(new PacketHeader(IpAddress.Parse("10.0.0.1"), IpAddress.Parse("10.0.0.2"), 6, 40000, 80), header);
    }

    [Theory]
    [InlineData(0x02, false)]
    [InlineData(0xC2, false)]
    [InlineData(0x12, true)]
    [InlineData(0x10, true)]
    [InlineData(0x04, true)]
    public void Only_a_SYN_without_ACK_opens_a_connection_of_TCP(byte flags, bool isAmid)
    {
        byte[] tcp = [.. Ports, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, flags, 0, 0, 0, 0, 0, 0];

        var header = PacketHeader.Read([0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, .. tcp])!.Value;

        Assert.Equal((flags, isAmid), (header.TcpFlags!.Value, header.IsAmidTcp));
    }

    [Fact]
    public void A_later_fragment_has_no_ports()
    {
        var header = PacketHeader.Read([0x45, 0, 0, 24, 0, 0, 0, 1, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, .. Ports]);

        Assert.Equal((17, 0, 0), ((int)header!.Value.Protocol, (int)header.Value.SourcePort, (int)header.Value.DestinationPort));
    }

    [Theory]
    [InlineData(new byte[0], 17)]
    [InlineData(new byte[] { 17, 0, 0, 0, 0, 0, 0, 0 }, 0)]
    [InlineData(new byte[] { 44, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 9 }, 60)]
    public void Extension_headers_of_IPv6_are_passed_over(byte[] extensions, byte first)
    {
        byte[] fixedPart = [0x60, 0, 0, 0, 0, 8, first, 64, .. V6("fd00::1"), .. V6("fd00::2")];

        var header = PacketHeader.Read([.. fixedPart, .. extensions, .. Ports]);

        Assert.Equal(new PacketHeader(IpAddress.Parse("fd00::1"), IpAddress.Parse("fd00::2"), 17, 40000, 80), header);
    }

    [Fact]
    public void Whatever_comes_nothing_is_thrown_and_half_a_packet_is_none() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            _ = PacketHeader.Read(bytes);
            _ = PacketHeader.Read([0x45, .. bytes]);
            _ = PacketHeader.Read([0x60, 0, 0, 0, 0, 0, 0, 0, .. new byte[32], .. bytes]);
            Assert.Null(PacketHeader.Read([0x4F, .. bytes.AsSpan(0, int.Min(bytes.Length, 40))]));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    private static byte[] V6(string text)
    {
        var bytes = new byte[16];
        IpAddress.Parse(text).Write(bytes);
        return bytes;
    }
}
