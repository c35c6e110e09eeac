using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink;
using Weft.Netlink.Libc;
using Weft.Netlink.Nftables;
using Weft.Netlink.Protocol;
using Weft.Tests.Netlink;

namespace Weft.Tests.Nftables;

/// <summary>Reading a set that the kernel resizes meanwhile.</summary>
public sealed class NftReaderTests
{
    private static readonly NftTableId Table = new(NftFamily.Ip, "t");
    private static readonly NftSet Set = new("s", NftType.Ipv4Address);

    [Fact]
    public void A_listing_that_repeats_elements_is_read_again()
    {
        var transport = new ScriptedTransport().On(Dump(1, 2, 3, 1)).On(Dump(1, 2, 3, 4));
        using var socket = new NetlinkSocket(transport);

        var read = NftReader.WithElements(socket, Table, Set);

        Assert.Equal(Elements(1, 2, 3, 4).ToEquatableArray(), read.Elements);
        Assert.Equal(2, transport.Requests);
    }

    [Fact]
    public void A_set_that_never_comes_to_rest_is_an_error()
    {
        var transport = new ScriptedTransport();
        for (var i = 0; i < NetlinkSocket.MaxDumpAttempts; i++)
            transport.On(Dump(7, 7));
        using var socket = new NetlinkSocket(transport);

        var error = Assert.Throws<NetlinkException>(() => NftReader.WithElements(socket, Table, Set));

        Assert.Equal(Errno.EINTR, error.Errno);
    }

    private static Func<uint, IEnumerable<ScriptedTransport.Answer>> Dump(params uint[] addresses) =>
        sequence => [ScriptedTransport.Answer.Of(Listing(sequence, addresses), KernelMessage.Done(sequence))];

    private static byte[] Listing(uint sequence, uint[] addresses)
    {
        var writer = new NetlinkWriter(stackalloc byte[512]);
        NftElementEncoder.Encode(ref writer, NftWire.NewElements, Table, Set, Elements(addresses), 0);
        var message = writer.Complete().ToArray();
        return KernelMessage.Make(NftWire.NewElements, NetlinkFlags.Multi, sequence, message.AsSpan(16));
    }

    private static NftElement[] Elements(params uint[] addresses) => [.. addresses.Select(address => new NftElement(NftData.Of(IpAddress.V4(address))))];
}
