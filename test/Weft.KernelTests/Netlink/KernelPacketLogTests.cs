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
        LogUdp();
        await using var packets = new KernelPacketLog(_where).ListenAsync(Group, _patience.Token).GetAsyncEnumerator(_patience.Token);
        Assert.True(await packets.MoveNextAsync());
        Assert.Null(packets.Current);

        _where.Run(() => Send(address, 5353));

        Assert.True(await packets.MoveNextAsync());
        var packet = packets.Current!.Value;
        Assert.Equal(("weft seen", 1, 0u), (packet.Prefix, packet.OutInterface, packet.Missed));
        var header = packet.Header!.Value;
        Assert.Equal((IpAddress.Parse(address), IpAddress.Parse(address), (byte)17, (ushort)5353), (header.Source, header.Destination, header.Protocol, header.DestinationPort));
    }

    [Fact]
    public async Task A_slow_listener_goes_on_and_knows_how_many_packets_it_missed()
    {
        const int Flood = 20_000, FirstMarker = 6000;
        LogUdp();
        await using var packets = new KernelPacketLog(_where).ListenAsync(Group, _patience.Token).GetAsyncEnumerator(_patience.Token);
        Assert.True(await packets.MoveNextAsync());
        _where.Run(() => Enumerable.Range(0, Flood).Sum(_ => Send("127.0.0.1", 5353)));
        using var heard = new CancellationTokenSource();
        var markers = MarkAsync(FirstMarker, heard.Token);

        var (read, missed, marker) = (0u, 0u, 0);
        while (marker < FirstMarker)
        {
            Assert.True(await packets.MoveNextAsync());
            read += packets.Current is null ? 0u : 1;
            missed += packets.Current?.Missed ?? 0;
            marker = packets.Current?.Header?.DestinationPort ?? 0;
        }

        await heard.CancelAsync();
        await markers;
        Assert.Equal(Flood + (uint)(marker - FirstMarker) + 1, read + missed);
    }

    [Fact]
    public async Task A_group_has_one_listener()
    {
        await using var first = new KernelPacketLog(_where).ListenAsync(Group, _patience.Token).GetAsyncEnumerator(_patience.Token);
        Assert.True(await first.MoveNextAsync());
        await using var second = new KernelPacketLog(_where).ListenAsync(Group, _patience.Token).GetAsyncEnumerator(_patience.Token);

        var refused = await Assert.ThrowsAsync<NetlinkException>(async () => await second.MoveNextAsync());

        Assert.Equal("EBUSY", refused.ErrnoName);
        Assert.Contains("listens to it already", refused.Message, StringComparison.Ordinal);
    }

    private void LogUdp() => _where.Run(() =>
    {
        using var stack = KernelNetworkStack.Open();
        stack.ChangeLink("lo", new LinkChange { Up = true });
        using var filter = new KernelNftables();
        var rule = Nft.Rule(Nft.L4Proto.Is(17), new NftLog("weft seen", Group), Nft.Drop);
        filter.Apply(NftBatchOf(Nft.FilterChain("output", NftHook.Output, 0, rule)));
        return 0;
    });

    /// <summary>Sends packets that are told apart by their port, until one of them is heard.</summary>
    private async Task MarkAsync(int port, CancellationToken heard)
    {
        while (!heard.IsCancellationRequested)
        {
            _where.Run(() => Send("127.0.0.1", port++));
            await Task.Delay(100, heard).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static NftBatch NftBatchOf(NftChain chain) =>
        new([new NftAddTable(Table), new NftAddChain(Table, chain.Name, chain.Base), .. chain.Rules.Select(rule => new NftAddRule(Table, chain.Name, rule))]);

    private static int Send(string address, int port)
    {
        using var socket = new Socket(IPAddress.Parse(address).AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            return socket.SendTo([1], new IPEndPoint(IPAddress.Parse(address), port));
        }
        catch (SocketException)
        {
            // The rule drops it.
            return 0;
        }
    }
}
