using System.Net;
using System.Net.Sockets;
using System.Text;
using Weft.Model;
using Weft.Netlink.Namespaces;

namespace Weft.KernelTests.ServiceProxy;

/// <summary>A TCP server in a namespace that tells every client which of its addresses was reached, and from where.</summary>
internal sealed class EchoServer : IDisposable
{
    /// <summary>The port of every server.</summary>
    public const ushort Port = 8080;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Socket _listener;

    public EchoServer(NetworkNamespace where)
    {
        _listener = where.Run(() => new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true });
        _listener.Bind(new IPEndPoint(IPAddress.IPv6Any, Port));
        _listener.Listen(64);
        _ = ServeAsync();
    }

    /// <summary>Connects; the answer is who was reached and whom that one saw.</summary>
    /// <exception cref="SocketException">The connection was refused.</exception>
    public static async Task<(IpAddress Reached, IpAddress Seen)> AskAsync(NetworkNamespace from, IpAddress address, ushort port, TimeSpan? patience = null, IpAddress? source = null)
    {
        using var expired = new CancellationTokenSource(patience ?? Patience);
        using var socket = from.Run(() => new Socket(address.IsV6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        if (source is { } own)
            socket.Bind(new IPEndPoint(own.ToIPAddress(), 0));
        await socket.ConnectAsync(new IPEndPoint(address.ToIPAddress(), port), expired.Token);
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        var words = (await reader.ReadLineAsync(expired.Token))!.Split(' ');
        return (IpAddress.Parse(words[0]), IpAddress.Parse(words[1]));
    }

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptAsync();
                var (mine, theirs) = (AddressOf(client.LocalEndPoint), AddressOf(client.RemoteEndPoint));
                await client.SendAsync(Encoding.ASCII.GetBytes($"{mine} {theirs}\n"));
            }
        }
        catch (Exception closed) when (closed is ObjectDisposedException or SocketException)
        {
        }
    }

    private static IpAddress AddressOf(EndPoint? endpoint) => IpAddress.From(((IPEndPoint)endpoint!).Address);
}
