using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Weft.Dns.Forwarding;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model.Dns;

namespace Weft.Tests.Dns;

/// <summary>An answer of others that fits into no datagram, on its way from them to the client.</summary>
public sealed class LargeAnswerTests : IDisposable
{
    private static readonly DnsName Name = DnsName.Parse("long.example.org");

    // 150 strings of 250 bytes each.
    private static readonly byte[] Text = [.. Enumerable.Range(0, 150).SelectMany(i => (byte[])[250, .. Enumerable.Repeat((byte)('a' + (i % 26)), 250)])];

    private readonly Socket _datagrams, _listener;

    public LargeAnswerTests()
    {
        (_datagrams, _listener) = OpenPair();
        _ = AnswerDatagramsAsync();
        _ = AnswerStreamsAsync();
    }

    public void Dispose()
    {
        _datagrams.Dispose();
        _listener.Dispose();
    }

    [Fact]
    public async Task It_comes_by_TCP_and_goes_by_TCP_and_a_datagram_says_so()
    {
        var forwarder = new Forwarder([new PlainUpstream((IPEndPoint)_datagrams.LocalEndPoint!)], new ForwarderOptions { Patience = TimeSpan.FromSeconds(60) }, TimeProvider.System);
        var service = new DnsService(ClusterZone.Empty(new ZoneSettings(DnsName.Parse("cluster.local")), 1), forwarder, TimeProvider.System);
        await using var listeners = DnsListeners.Open(service, [DnsTalk.AnyPort]);
        var cut = DnsTalk.Read(await DnsTalk.ByDatagramAsync(listeners.Addresses[0], DnsTalk.Query(Name.ToString(), DnsType.TXT, options: [])));
        Assert.Equal((true, 0, DnsCode.NoError), (cut.Header.Flags.HasFlag(DnsFlags.Truncated), cut.Answers.Count, cut.Code));
        using var socket = await DnsTalk.ConnectAsync(listeners.Addresses[0]);
        await socket.SendAsync(DnsTalk.Framed(DnsTalk.Query(Name.ToString(), DnsType.TXT)));
        var whole = DnsTalk.Read((await DnsTalk.ReceiveAsync(socket))!);
        Assert.Equal(Text, whole.Answers.Single().Data.ToArray());
    }

    private static (Socket Datagrams, Socket Listener) OpenPair()
    {
        for (var attempt = 0; ; attempt++)
        {
            var datagrams = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                datagrams.Bind(DnsTalk.AnyPort);
                listener.Bind(datagrams.LocalEndPoint!);
                listener.Listen();
                return (datagrams, listener);
            }
            catch (SocketException) when (attempt < 16)
            {
                // Somebody else has the port for connections.
                datagrams.Dispose();
                listener.Dispose();
            }
        }
    }

    private async Task AnswerDatagramsAsync()
    {
        var buffer = new byte[512];
        try
        {
            while (true)
            {
                var received = await _datagrams.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                await _datagrams.SendToAsync(Answer(buffer.AsSpan(0, received.ReceivedBytes), isWhole: false), received.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AnswerStreamsAsync()
    {
        try
        {
            while (true)
            {
                using var connection = await _listener.AcceptAsync();
                using var stream = new NetworkStream(connection);
                var head = new byte[2];
                await stream.ReadExactlyAsync(head);
                var query = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
                await stream.ReadExactlyAsync(query);
                await stream.WriteAsync(DnsTalk.Framed(Answer(query, isWhole: true)));
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static byte[] Answer(ReadOnlySpan<byte> query, bool isWhole)
    {
        var asked = DnsTalk.Read(query);
        var writer = new MessageWriter(new byte[ushort.MaxValue]);
        Assert.True(writer.TryWriteQuestion(asked.Questions[0].Name.Wire, asked.Questions[0].Type));
        Assert.True(!isWhole || writer.TryWriteRecord(asked.Questions[0].Name.Wire, DnsType.TXT, 60, Text));
        var flags = asked.Header.AnswerFlags(DnsCode.NoError) | (isWhole ? DnsFlags.None : DnsFlags.Truncated);
        return writer.Finish(new DnsHeader(asked.Header.Id, flags, 1, (ushort)(isWhole ? 1 : 0))).ToArray();
    }
}
