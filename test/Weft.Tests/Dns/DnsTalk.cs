using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Tests.Dns;

/// <summary>A client of servers under test: queries as bytes, and what comes back.</summary>
internal static class DnsTalk
{
    /// <summary>An address that no client has by chance, so that a port of it can be taken again.</summary>
    public static readonly IPEndPoint AnyPort = new(IPAddress.Parse("127.53.0.1"), 0);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static byte[] Query(string name, DnsType type = DnsType.A, ushort id = 7, DnsFlags flags = DnsFlags.RecursionDesired, byte[]? options = null, ushort payload = 1232)
    {
        var writer = new MessageWriter(new byte[1024]);
        Assert.True(writer.TryWriteQuestion(DnsName.Parse(name).Wire, type));
        if (options is not null)
            Assert.True(Edns.TryWrite(ref writer, payload, DnsCode.NoError, wantsSignatures: false, options));
        return writer.Finish(new DnsHeader(id, flags, 1, Additional: (ushort)(options is null ? 0 : 1))).ToArray();
    }

    public static byte[] Option(EdnsOption option, params byte[] data)
    {
        var bytes = new byte[4 + data.Length];
        Edns.PutOption(bytes, option, data);
        return bytes;
    }

    public static byte[]? OptionOf(byte[] message, EdnsOption option) =>
        Read(message).Edns is { } edns && edns.TryFind(message, option, out var data) ? data.ToArray() : null;

    public static DnsMessage Read(ReadOnlySpan<byte> bytes)
    {
        Assert.True(DnsMessage.TryRead(bytes, out var message));
        return message;
    }

    public static async Task<byte[]> ByDatagramAsync(IPEndPoint server, byte[] query)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, limit.Token);
        await socket.SendAsync(query, limit.Token);
        var buffer = new byte[65536];
        return buffer[..await socket.ReceiveAsync(buffer, limit.Token)];
    }

    public static async Task<Socket> ConnectAsync(IPEndPoint server)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var limit = new CancellationTokenSource(Patience);
        await socket.ConnectAsync(server, limit.Token);
        return socket;
    }

    public static byte[] Framed(params byte[][] queries) => [.. queries.SelectMany(query => (byte[])[(byte)(query.Length >> 8), (byte)query.Length, .. query])];

    /// <summary>The next message of a connection; null when the server ends it.</summary>
    public static async Task<byte[]?> ReceiveAsync(Socket socket)
    {
        try
        {
            if (await ReceiveAsync(socket, 2) is not { } prefix)
                return null;
            return await ReceiveAsync(socket, BinaryPrimitives.ReadUInt16BigEndian(prefix));
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static async Task<byte[]?> ReceiveAsync(Socket socket, int length)
    {
        using var limit = new CancellationTokenSource(Patience);
        var bytes = new byte[length];
        for (var filled = 0; filled < length;)
        {
            var received = await socket.ReceiveAsync(bytes.AsMemory(filled), limit.Token);
            if (received == 0)
                return null;
            filled += received;
        }

        return bytes;
    }
}
