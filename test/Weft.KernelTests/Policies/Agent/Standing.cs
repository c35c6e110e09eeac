using System.Net;
using System.Net.Sockets;
using Weft.KernelTests.Node;
using Weft.Netlink.Namespaces;

namespace Weft.KernelTests.Policies.Agent;

/// <summary>A connection that both ends have used.</summary>
internal sealed class Standing(Socket client, Socket server) : IDisposable
{
    private readonly byte[] _buffer = new byte[16];
    private byte _number;

    public static Standing Tcp(TestPod from, TestPod to, int port)
    {
        using var listener = Open(to.Namespace, SocketType.Stream, ProtocolType.Tcp);
        var at = new IPEndPoint(to.Addresses[0].ToIPAddress(), port);
        listener.Bind(at);
        listener.Listen(1);
        var client = Open(from.Namespace, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(at);
        return new Standing(client, listener.Accept());
    }

    public static Standing Udp(TestPod from, TestPod to, int port)
    {
        var (server, client) = (Open(to.Namespace, SocketType.Dgram, ProtocolType.Udp), Open(from.Namespace, SocketType.Dgram, ProtocolType.Udp));
        server.Bind(new IPEndPoint(to.Addresses[0].ToIPAddress(), port));
        client.Bind(new IPEndPoint(from.Addresses[0].ToIPAddress(), 0));
        client.Connect(server.LocalEndPoint!);
        client.Send([0]);
        server.Receive(new byte[1]);
        server.Connect(client.LocalEndPoint!);
        return new Standing(client, server);
    }

    public Task<bool> ReachesServerAsync(TimeSpan patience) => PassesAsync(client, server, patience);

    public Task<bool> ReachesClientAsync(TimeSpan patience) => PassesAsync(server, client, patience);

    public async Task<bool> WorksAsync(TimeSpan patience) => await ReachesServerAsync(patience) && await ReachesClientAsync(patience);

    public void Dispose()
    {
        client.Dispose();
        server.Dispose();
    }

    private async Task<bool> PassesAsync(Socket from, Socket to, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        _number++;
        await from.SendAsync(new byte[] { _number }, limit.Token);
        try
        {
            // What came late of something earlier is not what was sent now.
            while (await to.ReceiveAsync(_buffer, limit.Token) is > 0 and var count)
            {
                if (_buffer[count - 1] == _number)
                    return true;
            }
        }
        catch (OperationCanceledException)
        {
            // It did not arrive.
        }

        return false;
    }

    private static Socket Open(NetworkNamespace where, SocketType type, ProtocolType protocol) => where.Run(() => new Socket(AddressFamily.InterNetwork, type, protocol));
}
