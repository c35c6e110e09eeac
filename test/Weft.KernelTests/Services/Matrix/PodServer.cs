using System.Net;
using System.Net.Sockets;
using System.Text;
using Weft.Netlink.Namespaces;

namespace Weft.KernelTests.Services.Matrix;

/// <summary>A program in a pod that answers every connection and datagram, TCP and UDP, IPv4 and IPv6, with its name and the client's address.</summary>
internal sealed class PodServer : IDisposable
{
    public const ushort Port = 8080;

    private readonly Socket _stream;
    private readonly Socket _datagram;

    public PodServer(NetworkNamespace where, string name)
    {
        Name = name;
        (_stream, _datagram) = where.Run(static () => (Open(SocketType.Stream, ProtocolType.Tcp), Open(SocketType.Dgram, ProtocolType.Udp)));
        _stream.Listen(64);
        _ = AcceptAsync();
        _ = ReceiveAsync();
    }

    public string Name { get; }

    public void Dispose()
    {
        _stream.Dispose();
        _datagram.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _stream.AcceptAsync();
                await client.SendAsync(Greeting(client.RemoteEndPoint!));
                client.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[64];
        try
        {
            while (true)
            {
                var received = await _datagram.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.IPv6Any, 0));
                await _datagram.SendToAsync(Greeting(received.RemoteEndPoint), received.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private byte[] Greeting(EndPoint client)
    {
        var address = ((IPEndPoint)client).Address;
        return Encoding.ASCII.GetBytes($"{Name} {(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)}");
    }

    private static Socket Open(SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(AddressFamily.InterNetworkV6, type, protocol) { DualMode = true };
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, Port));
        return socket;
    }
}
