using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Weft.Model;
using Weft.Netlink.Namespaces;

namespace Weft.KernelTests.Node;

/// <summary>A question and an answer by UDP between two namespaces.</summary>
internal static class Packet
{
    private const int MillisecondsPerAttempt = 250;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The source address that the other end sees; null when nothing arrives, or no answer comes back, for a long time.</summary>
    public static IpAddress? SourceSeen(NetworkNamespace from, NetworkNamespace to, IpAddress destination)
    {
        using var server = Open(to, destination.IsV6, destination);
        using var client = Open(from, destination.IsV6, bind: null);
        client.ReceiveTimeout = server.ReceiveTimeout = MillisecondsPerAttempt;
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < Patience;)
        {
            if (!TrySend(client, destination, server))
            {
                Thread.Sleep(MillisecondsPerAttempt);
                continue;
            }

            if (Receive(server) is not { } seen)
                continue;
            server.SendTo([2], seen);
            if (Receive(client) is not null)
                return IpAddress.From(seen.Address);
        }

        return null;
    }

    /// <summary>Whether a packet arrives whose sender claims an address; one attempt, as most are expected to vanish.</summary>
    public static bool ArrivesFrom(IpAddress claimed, NetworkNamespace from, NetworkNamespace to, IpAddress destination)
    {
        using var server = Open(to, destination.IsV6, destination);
        using var client = Open(from, destination.IsV6, claimed);
        server.ReceiveTimeout = MillisecondsPerAttempt;
        return TrySend(client, destination, server) && Receive(server) is not null;
    }

    private static bool TrySend(Socket client, IpAddress destination, Socket server)
    {
        try
        {
            client.SendTo([1], new IPEndPoint(destination.ToIPAddress(), ((IPEndPoint)server.LocalEndPoint!).Port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static IPEndPoint? Receive(Socket socket)
    {
        EndPoint sender = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        try
        {
            socket.ReceiveFrom(new byte[16], ref sender);
            return (IPEndPoint)sender;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static Socket Open(NetworkNamespace where, bool v6, IpAddress? bind) => where.Run(() =>
    {
        var socket = new Socket(v6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(bind?.ToIPAddress() ?? (v6 ? IPAddress.IPv6Any : IPAddress.Any), 0));
        return socket;
    });
}
