using System.Net;
using System.Net.Sockets;
using Weft.Model;
using Weft.Model.Links;
using Weft.Model.Nftables;
using Weft.Netlink;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;
using Weft.Netlink.PacketLog;

namespace Weft.KernelTests.Netlink;

/// <summary>What the packet filter logs is heard, with its prefix and addresses.</summary>
[Trait("vm", "also")]
public sealed class KernelPacketLogTests : IDisposable
{
    private const ushort Group = 77;
    private static readonly NftTableId Table = new(NftFamily.Inet, "logging");

    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(60));
    private readonly NetworkNamespace _where = NetworkNamespace.Create();

    public void Dispose()
    {
        _patience.Dispose();
        _where.Dispose();
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task A_logged_packet_is_heard(string address)
    {
        _where.Run(() =>
        {
            using var stack = KernelNetworkStack.Open();
            stack.ChangeLink("lo", new LinkChange { Up = true });
            using var filter = new KernelNftables();
            var rule = Nft.Rule(Nft.L4Proto.Is(17), new NftLog("weft seen", Group), Nft.Drop);
            filter.Apply(NftBatchOf(Nft.FilterChain("output", NftHook.Output, 0, rule)));
            return 0;
        });
        await using var packets = new KernelPacketLog(_where).ListenAsync(Group, _patience.Token).GetAsyncEnumerator(_patience.Token);
        Assert.True(await packets.MoveNextAsync());
        Assert.Null(packets.Current);

        _where.Run(() => Send(address));

        Assert.True(await packets.MoveNextAsync());
        Assert.Equal("weft seen", packets.Current!.Prefix);
        var header = packets.Current.Header!.Value;
        Assert.Equal((IpAddress.Parse(address), IpAddress.Parse(address), (byte)17, (ushort)5353), (header.Source, header.Destination, header.Protocol, header.DestinationPort));
        Assert.Equal(1, packets.Current.OutInterface);
    }

    [Fact]
    public async Task A_group_has_one_listener()
    {
        await using var first = new KernelPacketLog(_where).ListenAsync(Group, _patience.Token).GetAsyncEnumerator(_patience.Token);
        Assert.True(await first.MoveNextAsync());
        await using var second = new KernelPacketLog(_where).ListenAsync(Group, _patience.Token).GetAsyncEnumerator(_patience.Token);

        await Assert.ThrowsAsync<NetlinkException>(async () => await second.MoveNextAsync());
    }

    private static NftBatch NftBatchOf(NftChain chain) =>
        new([new NftAddTable(Table), new NftAddChain(Table, chain.Name, chain.Base), .. chain.Rules.Select(rule => new NftAddRule(Table, chain.Name, rule))]);

    private static int Send(string address)
    {
        using var socket = new Socket(IPAddress.Parse(address).AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            return socket.SendTo([1], new IPEndPoint(IPAddress.Parse(address), 5353));
        }
        catch (SocketException)
        {
            // The rule drops it.
            return 0;
        }
    }
}
