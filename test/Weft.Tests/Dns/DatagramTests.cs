using System.Net;
using System.Net.Sockets;
using Weft.Dns.Forwarding;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Netlink.Libc;

namespace Weft.Tests.Dns;

/// <summary>Datagrams by the batch, and what an answer costs.</summary>
public sealed class DatagramTests
{
    private static readonly DnsService Service = new(
        ClusterZone.Empty(new ZoneSettings(DnsName.Parse("cluster.local")), 1).With(new DnsTable([new NamedService("default", "web") { Addresses = [IpAddress.Parse("10.96.0.20")] }], ["default"])),
        (Forwarder?)null,
        TimeProvider.System);

    private static readonly byte[][] Queries =
    [
        DnsTalk.Query("web.default.svc.cluster.local"), DnsTalk.Query("web.default.svc.cluster.local", DnsType.AAAA, options: DnsTalk.Option(EdnsOption.Cookie, 1, 2, 3, 4, 5, 6, 7, 8)),
        DnsTalk.Query("nobody.default.svc.cluster.local", options: []), DnsTalk.Query("example.org"), [1, 2, 3, 4, 5, 6, 1, 1, 1, 1, 1, 1, 1],
    ];

    [Fact]
    public async Task A_batch_takes_what_is_there_and_answers_each_sender()
    {
        using var server = Bound();
        var clients = Enumerable.Range(0, 10).Select(_ => Bound()).ToList();
        foreach (var (number, client) in clients.Index())
            await client.SendToAsync(new byte[] { (byte)number }, server.LocalEndPoint!);

        // Datagrams on loopback are in the socket's buffer when the send returns.
        var batch = new DatagramBatch(4, 512, 512);
        Assert.Equal(-Errno.EAGAIN, new DatagramBatch(4, 512, 512).Receive((int)clients[0].Handle));
        foreach (var expected in new[] { 4, 4, 2 })
        {
            Assert.Equal(expected, batch.Receive((int)server.Handle));
            for (var i = 0; i < expected; i++)
            {
                Assert.Equal(((IPEndPoint)clients[batch.Datagram(i)[0]].LocalEndPoint!).Port, batch.Port(i));
                Assert.Equal(IpAddress.Parse("127.0.0.1"), batch.Address(i));
                batch.Room(i)[0] = batch.Datagram(i)[0];
                batch.Answer(i, 1);
            }

            Assert.Equal(expected, batch.Send((int)server.Handle));
        }

        var buffer = new byte[16];
        foreach (var (number, client) in clients.Index())
        {
            Assert.Equal((1, number), (await client.ReceiveAsync(buffer), buffer[0]));
            client.Dispose();
        }
    }

    [Fact]
    public async Task A_datagram_without_room_is_cut_and_says_so()
    {
        using var server = Bound();
        using var client = Bound();
        await client.SendToAsync(new byte[100], server.LocalEndPoint!);
        var batch = new DatagramBatch(2, 64, 64);
        Assert.Equal(1, batch.Receive((int)server.Handle));
        Assert.Equal((true, 64), (batch.IsCut(0), batch.Datagram(0).Length));
    }

    [Fact]
    public async Task A_query_that_can_be_answered_at_once_allocates_nothing_between_two_datagrams()
    {
        var meter = new Meter();
        using var watching = Service.Observe(meter);
        await using var listeners = DnsListeners.Open(Service, [DnsTalk.AnyPort], new DnsListenerOptions { Threads = 1 });
        for (var i = 0; i < 3; i++)
            await AskAllAsync(listeners.Addresses[0]);
        var before = meter.Allocated;
        for (var i = 0; i < 20; i++)
            await AskAllAsync(listeners.Addresses[0]);
        Assert.Equal((0, 23 * 5), (meter.Allocated - before, meter.Count));
    }

    private static async Task AskAllAsync(IPEndPoint server)
    {
        foreach (var query in Queries)
            Assert.InRange((await DnsTalk.ByDatagramAsync(server, query)).Length, 12, Responder.LongestDatagram);
    }

    private static Socket Bound()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    /// <summary>Runs on the thread that answers, and so sees what that has allocated so far.</summary>
    private sealed class Meter : IAnswerObserver
    {
        private long _allocated;
        private int _count;

        public long Allocated => Interlocked.Read(ref _allocated);

        public int Count => Volatile.Read(ref _count);

        public void Answered(in AnswerSeen seen)
        {
            Interlocked.Exchange(ref _allocated, GC.GetAllocatedBytesForCurrentThread());
            Interlocked.Increment(ref _count);
        }
    }
}
