using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Weft.Dns.Forwarding;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Tests.Dns;

/// <summary>The server with real sockets on loopback.</summary>
public sealed class ServiceTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly ZoneSettings Settings = new(DnsName.Parse("cluster.local"));
    private static readonly DnsTable Table = new(
        [
            new NamedService("default", "elsewhere") { Alias = DnsName.Parse("www.example.org") },
            new NamedService("default", "many") { Endpoints = [.. Enumerable.Range(0, 100).Select(i => new NamedEndpoint($"h-{i:D2}", [IpAddress.Parse($"10.0.0.{i}")], []))] },
            new NamedService("default", "web") { Addresses = [IpAddress.Parse("10.96.0.20")] },
        ],
        ["default"]);

    private readonly StubServer _others = new();
    private readonly DnsService _service;
    private readonly DnsListeners _listeners;

    public ServiceTests()
    {
        var forwarder = new Forwarder([new PlainUpstream(_others.Address)], new ForwarderOptions { Attempt = Patience, Patience = Patience }, TimeProvider.System);
        _service = new DnsService(ClusterZone.Empty(Settings, 1).With(Table), forwarder, TimeProvider.System);
        _listeners = DnsListeners.Open(_service, [new IPEndPoint(IPAddress.Loopback, 0)]);
    }

    public async ValueTask DisposeAsync()
    {
        await _listeners.DisposeAsync();
        _others.Dispose();
    }

    [Fact]
    public async Task Names_of_the_cluster_are_answered_by_datagram_and_on_a_connection()
    {
        Assert.Equal("web.default.svc.cluster.local. 5 IN A 10.96.0.20", (await ByDatagramAsync("web.default.svc.cluster.local")).Answers.Single().ToString());
        Assert.True((await ByDatagramAsync("many.default.svc.cluster.local")).Header.Flags.HasFlag(DnsFlags.Truncated));
        Assert.Equal(100, (await OnStreamAsync("many.default.svc.cluster.local"))[0].Answers.Count);
        Assert.Equal(0, _others.Asked);
    }

    [Fact]
    public async Task Names_of_others_are_asked_for_once_and_aliases_followed()
    {
        Assert.Equal([192, 0, 2, 1], (await ByDatagramAsync("www.example.org")).Answers.Single().Data.ToArray());
        var followed = await ByDatagramAsync("elsewhere.default.svc.cluster.local");
        Assert.Equal(["elsewhere.default.svc.cluster.local. 5 IN CNAME www.example.org.", "www.example.org. A"], [followed.Answers[0].ToString(), $"{followed.Answers[1].Name} {followed.Answers[1].Type}"]);
        Assert.Equal((DnsCode.NoError, 2), (followed.Code, (await OnStreamAsync("elsewhere.default.svc.cluster.local"))[0].Answers.Count));
        Assert.Equal(1, _others.Asked);
        Assert.Equal(DnsCode.ServFail, (await ByDatagramAsync("broken.example.org")).Code);
    }

    [Fact]
    public async Task Many_queries_on_one_connection_are_answered_without_waiting_for_each_other()
    {
        _others.Hold();
        var names = Enumerable.Range(0, 50).Select(i => i == 0 ? "slow.example.org" : "web.default.svc.cluster.local").ToArray();
        var answers = await OnStreamAsync(names, atLeast: 49);
        Assert.DoesNotContain(answers, answer => answer.Questions[0].Name.ToString() == "slow.example.org.");
        Assert.Equal(49, answers.Select(answer => answer.Header.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_changed_zone_is_answered_from_at_once_and_no_query_is_lost_meanwhile()
    {
        using var ends = new CancellationTokenSource();
        var changing = Task.Run(async () =>
        {
            for (var i = 0; !ends.IsCancellationRequested; i++)
            {
                _service.Zone = _service.Zone.With(Table with { Services = [.. Table.Services, new NamedService("default", "x") { Addresses = [IpAddress.V4((uint)i)] }] });
                await Task.Yield();
            }
        });
        for (var i = 0; i < 300; i++)
            Assert.Single((await ByDatagramAsync("web.default.svc.cluster.local")).Answers);
        await ends.CancelAsync();
        await changing;
        _service.Zone = _service.Zone.With(DnsTable.Empty);
        Assert.Equal(DnsCode.NXDomain, (await ByDatagramAsync("web.default.svc.cluster.local")).Code);
    }

    [Fact]
    public async Task Nonsense_ends_no_listener()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(_listeners.Addresses[0]);
        foreach (var bytes in new[] { [], [1], new byte[12], Enumerable.Repeat((byte)0xC0, 600).ToArray(), new byte[5000] })
            await socket.SendAsync(bytes);
        using (var connection = new TcpClient())
        {
            await connection.ConnectAsync(_listeners.Addresses[0]);
            await connection.GetStream().WriteAsync(new byte[] { 0, 12, 1, 2, 3 });
        }

        Assert.Single((await ByDatagramAsync("web.default.svc.cluster.local")).Answers);
        Assert.Single((await OnStreamAsync("web.default.svc.cluster.local"))[0].Answers);
    }

    private async Task<DnsMessage> ByDatagramAsync(string name)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(_listeners.Addresses[0]);
        await socket.SendAsync(Query(name, 7));
        using var limit = new CancellationTokenSource(Patience);
        var buffer = new byte[4096];
        var length = await socket.ReceiveAsync(buffer, limit.Token);
        Assert.True(DnsMessage.TryRead(buffer.AsSpan(0, length), out var message));
        return message;
    }

    private Task<List<DnsMessage>> OnStreamAsync(string name) => OnStreamAsync([name], 1);

    private async Task<List<DnsMessage>> OnStreamAsync(string[] names, int atLeast)
    {
        using var connection = new TcpClient();
        using var limit = new CancellationTokenSource(Patience);
        await connection.ConnectAsync(_listeners.Addresses[0], limit.Token);
        var stream = connection.GetStream();
        foreach (var (index, name) in names.Index())
        {
            var query = Query(name, (ushort)index);
            await stream.WriteAsync((byte[])[0, (byte)query.Length, .. query], limit.Token);
        }

        var answers = new List<DnsMessage>();
        while (answers.Count < atLeast)
        {
            var head = new byte[2];
            await stream.ReadExactlyAsync(head, limit.Token);
            var bytes = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
            await stream.ReadExactlyAsync(bytes, limit.Token);
            Assert.True(DnsMessage.TryRead(bytes, out var message));
            answers.Add(message);
        }

        return answers;
    }

    private static byte[] Query(string name, ushort id)
    {
        var writer = new MessageWriter(new byte[512]);
        Assert.True(writer.TryWriteQuestion(DnsName.Parse(name).Wire, DnsType.A));
        return writer.Finish(new DnsHeader(id, DnsFlags.RecursionDesired, 1)).ToArray();
    }

    /// <summary>Knows one address; names that begin with "broken" fail, and nothing is answered while it is held.</summary>
    private sealed class StubServer : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        private volatile bool _held;
        private int _asked;

        public StubServer()
        {
            _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _ = RunAsync();
        }

        public IPEndPoint Address => (IPEndPoint)_socket.LocalEndPoint!;

        public int Asked => _asked;

        public void Hold() => _held = true;

        public void Dispose() => _socket.Dispose();

        private async Task RunAsync()
        {
            var buffer = new byte[512];
            try
            {
                while (true)
                {
                    var received = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                    Interlocked.Increment(ref _asked);
                    if (!_held)
                        await _socket.SendToAsync(Answer(buffer.AsSpan(0, received.ReceivedBytes)), received.RemoteEndPoint);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private static byte[] Answer(ReadOnlySpan<byte> query)
        {
            Assert.True(DnsMessage.TryRead(query, out var message));
            var name = message.Questions[0].Name;
            var broken = name.ToString().StartsWith("broken", StringComparison.Ordinal);
            var writer = new MessageWriter(new byte[512]);
            Assert.True(writer.TryWriteQuestion(name.Wire, DnsType.A));
            Assert.True(broken || writer.TryWriteRecord(name.Wire, DnsType.A, 60, [192, 0, 2, 1]));
            return writer.Finish(new DnsHeader(message.Header.Id, message.Header.AnswerFlags(broken ? DnsCode.ServFail : DnsCode.NoError), 1, (ushort)(broken ? 0 : 1))).ToArray();
        }
    }
}
