using System.Net;
using System.Net.Sockets;
using Weft.Dns.Forwarding;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Tests.Dns;

/// <summary>Connections: many queries at once, limits, and clients that behave badly.</summary>
public sealed class StreamTests
{
    private const string Web = "web.default.svc.cluster.local";

    private readonly DnsService _service = new(
        ClusterZone.Empty(new ZoneSettings(DnsName.Parse("cluster.local")), 1).With(new DnsTable([new NamedService("default", "web") { Addresses = [IpAddress.Parse("10.96.0.20")] }], ["default"])),
        new Forwarder([], new ForwarderOptions(), TimeProvider.System),
        TimeProvider.System);

    [Fact]
    public async Task Queries_are_answered_however_they_are_cut_into_packets()
    {
        await using var listeners = Open(new StreamLimits());
        var bytes = DnsTalk.Framed([.. Enumerable.Range(0, 200).Select(i => DnsTalk.Query(i % 3 == 0 ? "nobody.default.svc.cluster.local" : Web, id: (ushort)i))]);
        foreach (var size in new[] { bytes.Length, 1000, 7 })
        {
            using var socket = await DnsTalk.ConnectAsync(listeners.Addresses[0]);
            var sending = Task.Run(async () =>
            {
                foreach (var part in bytes.Chunk(size))
                    await socket.SendAsync(part);
            });
            for (var i = 0; i < 200; i++)
            {
                var answer = DnsTalk.Read(await DnsTalk.ReceiveAsync(socket));
                Assert.Equal((i, i % 3 == 0 ? DnsCode.NXDomain : DnsCode.NoError), (answer.Header.Id, answer.Code));
            }

            await sending;
        }
    }

    [Fact]
    public async Task A_client_that_has_said_everything_still_hears_its_answers()
    {
        await using var listeners = Open(new StreamLimits());
        using var socket = await DnsTalk.ConnectAsync(listeners.Addresses[0]);
        await socket.SendAsync(DnsTalk.Framed(DnsTalk.Query("www.example.org", id: 1), DnsTalk.Query(Web, id: 2)));
        socket.Shutdown(SocketShutdown.Send);
        var answers = new[] { await DnsTalk.ReceiveAsync(socket), await DnsTalk.ReceiveAsync(socket) }.Select(bytes => DnsTalk.Read(bytes)).OrderBy(answer => answer.Header.Id).ToList();
        Assert.Equal([DnsCode.ServFail, DnsCode.NoError], answers.Select(answer => answer.Code));
        Assert.Null(await DnsTalk.ReceiveAsync(socket));
    }

    [Fact]
    public async Task Idle_connections_end_also_those_that_have_begun_a_query()
    {
        await using var listeners = Open(new StreamLimits { Patience = TimeSpan.FromMilliseconds(200) });
        using var silent = await DnsTalk.ConnectAsync(listeners.Addresses[0]);
        using var slow = await DnsTalk.ConnectAsync(listeners.Addresses[0]);
        await slow.SendAsync(new byte[] { 0, 40, 1, 2, 3 });
        Assert.Null(await DnsTalk.ReceiveAsync(silent));
        Assert.Null(await DnsTalk.ReceiveAsync(slow));
    }

    [Fact]
    public async Task A_client_has_only_so_many_connections()
    {
        await using var listeners = Open(new StreamLimits { PerClient = 2 });
        using var first = await DnsTalk.ConnectAsync(listeners.Addresses[0]);
        using var second = await DnsTalk.ConnectAsync(listeners.Addresses[0]);
        Assert.NotNull(await AskAsync(first));
        Assert.NotNull(await AskAsync(second));
        using var third = await DnsTalk.ConnectAsync(listeners.Addresses[0]);
        Assert.Null(await DnsTalk.ReceiveAsync(third));
        Assert.NotNull(await AskAsync(first));
    }

    [Fact]
    public async Task When_there_are_too_many_the_one_that_was_idle_for_longest_ends()
    {
        await using var listeners = Open(new StreamLimits { Connections = 2 });
        using var first = await DnsTalk.ConnectAsync(listeners.Addresses[0]);
        Assert.NotNull(await AskAsync(first));
        using var second = await DnsTalk.ConnectAsync(listeners.Addresses[0]);
        Assert.NotNull(await AskAsync(second));
        Assert.NotNull(await AskAsync(first));
        using var third = await DnsTalk.ConnectAsync(listeners.Addresses[0]);
        Assert.NotNull(await AskAsync(third));
        Assert.Null(await DnsTalk.ReceiveAsync(second));
        Assert.NotNull(await AskAsync(first));
    }

    [Fact]
    public async Task An_address_is_listened_on_once_and_can_be_taken_over_at_once()
    {
        IPEndPoint address;
        await using (var listeners = DnsListeners.Open(_service, [new IPEndPoint(IPAddress.Parse("127.53.0.4"), 0)]))
        {
            address = listeners.Addresses[0];
            var refused = Assert.Throws<DnsListenException>(() => DnsListeners.Open(_service, [address]));
            Assert.Contains(address.ToString(), refused.Message, StringComparison.Ordinal);
            using var open = await DnsTalk.ConnectAsync(address);
            Assert.NotNull(await AskAsync(open));
        }

        await using var again = DnsListeners.Open(_service, [address]);
        Assert.Single(DnsTalk.Read(await DnsTalk.ByDatagramAsync(address, DnsTalk.Query(Web))).Answers);
    }

    [Fact]
    public async Task All_addresses_are_answered_by_all_threads()
    {
        await using var listeners = DnsListeners.Open(_service, [DnsTalk.AnyPort, DnsTalk.AnyPort, DnsTalk.AnyPort], new DnsListenerOptions { Threads = 3 });
        Assert.Equal(3, listeners.Addresses.Distinct().Count());
        for (var i = 0; i < 60; i++)
            Assert.Equal(i, DnsTalk.Read(await DnsTalk.ByDatagramAsync(listeners.Addresses[i % 3], DnsTalk.Query(Web, id: (ushort)i))).Header.Id);
    }

    private static async Task<byte[]?> AskAsync(Socket socket)
    {
        await socket.SendAsync(DnsTalk.Framed(DnsTalk.Query(Web)));
        return await DnsTalk.ReceiveAsync(socket);
    }

    private DnsListeners Open(StreamLimits limits) => DnsListeners.Open(_service, [DnsTalk.AnyPort], new DnsListenerOptions { Streams = limits });
}
