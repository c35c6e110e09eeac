using System.Net;
using System.Net.Sockets;
using Weft.Model.Policies;
using Weft.Model.Services;
using Weft.Netlink.Namespaces;

namespace Weft.KernelTests.Policies;

/// <summary>One try of a connection between two namespaces.</summary>
internal static class PolicyProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Of what must not arrive nobody knows when it would have; too short a wait overlooks a fault, it never invents one.
    private static readonly TimeSpan Impatience = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether the connection comes about; what is expected only says how long to wait.</summary>
    public static async Task<bool> PassesAsync(NetworkNamespace from, NetworkNamespace to, Connection connection, bool expected)
    {
        using var wait = new CancellationTokenSource(expected ? Patience : Impatience);
        try
        {
            if (connection.Protocol == (byte)L4Protocol.Tcp)
                await ConnectAsync(from, to, connection, wait.Token);
            else
                await SendAsync(from, to, connection, wait.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static async Task ConnectAsync(NetworkNamespace from, NetworkNamespace to, Connection connection, CancellationToken cancel)
    {
        using var listener = Open(to, connection, SocketType.Stream);
        listener.Bind(Server(connection));
        listener.Listen(1);
        using var client = Open(from, connection, SocketType.Stream);
        client.Bind(new IPEndPoint(connection.Source.ToIPAddress(), 0));
        await client.ConnectAsync(Server(connection), cancel);
    }

    private static async Task SendAsync(NetworkNamespace from, NetworkNamespace to, Connection connection, CancellationToken cancel)
    {
        using var server = Open(to, connection, SocketType.Dgram);
        server.Bind(Server(connection));
        using var client = Open(from, connection, SocketType.Dgram);
        client.Bind(new IPEndPoint(connection.Source.ToIPAddress(), 0));
        await client.SendToAsync("probe"u8.ToArray(), Server(connection), cancel);
        await server.ReceiveAsync(new byte[16], cancel);
    }

    private static Socket Open(NetworkNamespace where, Connection connection, SocketType type) => where.Run(() =>
    {
        var socket = new Socket(
            connection.Source.IsV6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, optionValue: true);
        return socket;
    });

    private static IPEndPoint Server(Connection connection) => new(connection.Destination.ToIPAddress(), connection.Port!.Value);
}
