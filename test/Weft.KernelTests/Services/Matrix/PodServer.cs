using System.Net;
using System.Net.Sockets;
using System.Text;
using Weft.Model;
using Weft.Netlink.Namespaces;

namespace Weft.KernelTests.Services.Matrix;

/// <summary>A program in a pod that answers every connection and datagram with its name, the client's address, and the port it was asked on.</summary>
/// <remarks>TCP on two ports and UDP, for IPv4 and IPv6; SCTP where the kernel has it.</remarks>
internal sealed class PodServer : IDisposable
{
    public const ushort Port = 8080, SecondPort = 8081;

    private readonly List<Socket> _sockets = [];

    /// <param name="where">The pod.</param>
    /// <param name="name">What it says.</param>
    /// <param name="addresses">Where it listens for SCTP.</param>
    /// <param name="first">Its first port of TCP, and that of UDP and SCTP.</param>
    /// <param name="second">Its second port of TCP.</param>
    /// <param name="at">The address of its TCP and UDP; null for all, where answers to datagrams have the address that the way back asks for.</param>
    public PodServer(NetworkNamespace where, string name, IEnumerable<IpAddress> addresses, ushort first = Port, ushort second = SecondPort, IpAddress? at = null)
    {
        Name = name;
        var local = at?.ToIPAddress().MapToIPv6() ?? IPAddress.IPv6Any;
        foreach (var port in (ushort[])[first, second])
            Listen(where.Run(() => Bind(new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true }, local, port)));
        if (SctpSocket.IsSupported)
        {
            // Bound to one address each, they do not offer the others to the client as further paths.
            foreach (var address in addresses)
                Listen(where.Run(() => Bind(SctpSocket.Open(address.IsV6), address.ToIPAddress(), first)));
        }

        var datagrams = where.Run(() => Bind(new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true }, local, first));
        _sockets.Add(datagrams);
        _ = ReceiveAsync(datagrams);
    }

    public string Name { get; }

    public void Dispose()
    {
        foreach (var socket in _sockets)
            socket.Dispose();
    }

    private void Listen(Socket socket)
    {
        _sockets.Add(socket);
        socket.Listen(64);
        _ = AcceptAsync(socket);
    }

    private async Task AcceptAsync(Socket socket)
    {
        while (true)
        {
            try
            {
                using var client = await socket.AcceptAsync();
                await client.SendAsync(Greeting(client.RemoteEndPoint!, client.LocalEndPoint!));
                client.Shutdown(SocketShutdown.Send);
            }
            catch (SocketException)
            {
                // That client has gone.
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ReceiveAsync(Socket socket)
    {
        var buffer = new byte[64];
        while (true)
        {
            try
            {
                var received = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.IPv6Any, 0));
                await socket.SendToAsync(Greeting(received.RemoteEndPoint, socket.LocalEndPoint!), received.RemoteEndPoint);
            }
            catch (SocketException)
            {
                // That client has gone.
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    private byte[] Greeting(EndPoint client, EndPoint asked)
    {
        var address = ((IPEndPoint)client).Address;
        return Encoding.ASCII.GetBytes($"{Name} {(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)} {((IPEndPoint)asked).Port}");
    }

    private static Socket Bind(Socket socket, IPAddress address, ushort port)
    {
        socket.Bind(new IPEndPoint(address, port));
        return socket;
    }
}
