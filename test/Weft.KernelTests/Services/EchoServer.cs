using System.Net;
using System.Net.Sockets;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Netlink.Namespaces;

namespace Weft.KernelTests.Services;

/// <summary>Answers on port 8080 of one address of a namespace: TCP with what it was sent, UDP with its own address.</summary>
internal sealed class EchoServer : IDisposable
{
    private const int Port = 8080;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Socket _socket;

    private EchoServer(NetworkNamespace where, IpAddress address, SocketType type, ProtocolType protocol)
    {
        Address = address;
        _socket = where.Run(() => new Socket(AddressFamily.InterNetwork, type, protocol));
        _socket.Bind(new IPEndPoint(address.ToIPAddress(), Port));
    }

    public IpAddress Address { get; }

    public static EchoServer Tcp(NetworkNamespace where, IpAddress address)
    {
        var server = new EchoServer(where, address, SocketType.Stream, ProtocolType.Tcp);
        server._socket.Listen();
        _ = server.AcceptAsync();
        return server;
    }

    public static EchoServer Udp(NetworkNamespace where, IpAddress address)
    {
        var server = new EchoServer(where, address, SocketType.Dgram, ProtocolType.Udp);
        _ = server.AnswerAsync();
        return server;
    }

    /// <summary>A connection to port 80 of a Service; tried again while it is refused.</summary>
    public static async Task<Socket> ConnectAsync(NetworkNamespace from, Service service)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var socket = from.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            try
            {
                await socket.ConnectAsync(EndPointOf(service), limit.Token);
                return socket;
            }
            catch (SocketException) when (!limit.IsCancellationRequested)
            {
                socket.Dispose();
                await Task.Delay(20, limit.Token);
            }
        }
    }

    /// <summary>Connects again and again until cancelled.</summary>
    /// <returns>How often that was refused, or got no answer.</returns>
    public static Task<int> ConnectUntilAsync(NetworkNamespace from, Service service, CancellationToken cancel) => Task.Run(async () =>
    {
        var refused = 0;
        while (!cancel.IsCancellationRequested)
        {
            using var socket = from.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            using var limit = new CancellationTokenSource(Patience);
            try
            {
                // Closed by a reset, none of them keeps a port.
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
                await socket.ConnectAsync(EndPointOf(service), limit.Token);
                await AskAsync(socket);
                await Task.Delay(1, limit.Token);
            }
            catch (Exception error) when (error is SocketException or OperationCanceledException)
            {
                refused++;
            }
        }

        return refused;
    });

    /// <summary>Sends a byte and waits for it to come back.</summary>
    public static async Task AskAsync(Socket connection)
    {
        using var limit = new CancellationTokenSource(Patience);
        await connection.SendAsync(new byte[] { 7 }, limit.Token);
        var answer = new byte[1];
        Assert.Equal(1, await connection.ReceiveAsync(answer, limit.Token));
        Assert.Equal(7, answer[0]);
    }

    /// <summary>Asks once; whether this address answers within a moment.</summary>
    public static async Task<bool> AnswersAs(UdpClient client, Service service, IpAddress expected)
    {
        using var moment = new CancellationTokenSource(TimeSpan.FromMilliseconds(250));
        try
        {
            await client.SendAsync(new byte[] { 7 }, EndPointOf(service), moment.Token);
            var answer = await client.ReceiveAsync(moment.Token);
            return IpAddress.Read(answer.Buffer) == expected;
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            return false;
        }
    }

    public void Dispose() => _socket.Dispose();

    private static IPEndPoint EndPointOf(Service service) => new(IPAddress.Parse(service.Spec.ClusterIP!), 80);

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = EchoAsync(await _socket.AcceptAsync());
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Its end.
        }
    }

    private static async Task EchoAsync(Socket connection)
    {
        using var owner = connection;
        var buffer = new byte[64];
        try
        {
            for (int length; (length = await connection.ReceiveAsync(buffer)) > 0;)
                await connection.SendAsync(buffer.AsMemory(0, length));
        }
        catch (SocketException)
        {
            // The client is gone.
        }
    }

    private async Task AnswerAsync()
    {
        var buffer = new byte[64];
        try
        {
            while (true)
            {
                var question = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                await _socket.SendToAsync(Address.ToBytes(), question.RemoteEndPoint);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Its end.
        }
    }
}
