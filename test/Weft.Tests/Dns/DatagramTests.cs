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

        var batch = new DatagramBatch(4, 512, 512);
        Assert.Equal(-Errno.EAGAIN, new DatagramBatch(4, 512, 512).Receive((int)clients[0].Handle));
        for (var taken = 0; taken < clients.Count;)
        {
            var received = Receive(batch, server);
            Assert.InRange(received, 1, 4);
            for (var i = 0; i < received; i++)
            {
                Assert.Equal(((IPEndPoint)clients[batch.Datagram(i)[0]].LocalEndPoint!).Port, batch.Port(i));
                Assert.Equal(IpAddress.Parse("127.0.0.1"), batch.Address(i));
                batch.Room(i)[0] = batch.Datagram(i)[0];
                batch.Answer(i, 1);
            }

            Assert.Equal(received, batch.Send((int)server.Handle));
            taken += received;
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
        Assert.Equal(1, Receive(batch, server));
        Assert.Equal((true, 64), (batch.IsCut(0), batch.Datagram(0).Length));
    }

    [Fact]
    public async Task A_query_that_can_be_answered_at_once_allocates_nothing_between_two_datagrams() =>
        Assert.Equal(0, await AllocatedAsync(new DnsService(Service.Zone, (Forwarder?)null, TimeProvider.System), Queries));

    [Fact]
    public async Task An_answer_of_others_that_is_remembered_allocates_nothing_either()
    {
        var service = new DnsService(Service.Zone, new Forwarder([new OneAddress()], new ForwarderOptions(), TimeProvider.System), TimeProvider.System);
        Assert.Equal(0, await AllocatedAsync(service, [DnsTalk.Query("www.example.org"), DnsTalk.Query("WWW.example.org", options: [])]));
    }

    /// <summary>Bytes that the thread of a server allocates for many answers, after a few.</summary>
    private static async Task<long> AllocatedAsync(DnsService service, byte[][] queries)
    {
        await using var listeners = DnsListeners.Open(service, [DnsTalk.AnyPort], new DnsListenerOptions { Threads = 1 });
        await AskAllAsync(listeners.Addresses[0], queries, 3);
        var meter = new Meter();
        using var watching = service.Observe(meter);
        await AskAllAsync(listeners.Addresses[0], queries, 2);
        var before = meter.Allocated;
        await AskAllAsync(listeners.Addresses[0], queries, 20);
        Assert.Equal(22 * queries.Length, meter.Count);
        return meter.Allocated - before;
    }

    private static async Task AskAllAsync(IPEndPoint server, byte[][] queries, int times)
    {
        for (var i = 0; i < times; i++)
        {
            foreach (var query in queries)
                Assert.InRange((await DnsTalk.ByDatagramAsync(server, query)).Length, 12, Responder.LongestDatagram);
        }
    }

    private static int Receive(DatagramBatch batch, Socket socket)
    {
        Assert.True(socket.Poll(TimeSpan.FromSeconds(60), SelectMode.SelectRead));
        return batch.Receive((int)socket.Handle);
    }

    private static Socket Bound()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    /// <summary>A server that knows one address for every name.</summary>
    private sealed class OneAddress : IUpstream
    {
        public string Name => "one address";

        public ValueTask<int> ExchangeAsync(ReadOnlyMemory<byte> query, Memory<byte> answer, CancellationToken ct)
        {
            var message = DnsTalk.Read(query.Span);
            var writer = new MessageWriter(answer.Span);
            Assert.True(writer.TryWriteQuestion(message.Questions[0].Name.Wire, DnsType.A));
            Assert.True(writer.TryWriteRecord(message.Questions[0].Name.Wire, DnsType.A, 3600, [192, 0, 2, 1]));
            return new ValueTask<int>(writer.Finish(new DnsHeader(message.Header.Id, message.Header.AnswerFlags(DnsCode.NoError), 1, 1)).Length);
        }
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
