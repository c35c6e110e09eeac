using System.Net;
using System.Net.Sockets;

namespace Weft.Cli.Bench.Services;

/// <summary>The servers of a rig: one per endpoint, answering datagrams with their number and taking TCP connections.</summary>
internal sealed class TrafficServers : IDisposable
{
    private readonly List<Socket> _sockets = [];

    public TrafficServers(TrafficRig rig)
    {
        for (var number = 0; number < TrafficRig.Endpoints; number++)
        {
            var place = new IPEndPoint(TrafficRig.EndpointAt(number).ToIPAddress(), TrafficRig.Port);
            var datagrams = rig.Server.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
            var listener = rig.Server.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            datagrams.Bind(place);
            listener.Bind(place);
            listener.Listen(1024);
            _sockets.AddRange([datagrams, listener]);
            var answer = (byte)number;
            Start(() => Echo(datagrams, answer));
            Start(() => Accept(listener));
        }
    }

    public void Dispose()
    {
        foreach (var socket in _sockets)
            socket.Dispose();
    }

    private static void Start(Action loop) => new Thread(() =>
    {
        try
        {
            loop();
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
        }
    })
    { IsBackground = true }.Start();

    private static void Echo(Socket socket, byte answer)
    {
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        var buffer = new byte[16];
        while (true)
        {
            socket.ReceiveFrom(buffer, ref from);
            buffer[0] = answer;
            socket.SendTo(buffer, 0, 1, SocketFlags.None, from);
        }
    }

    private static void Accept(Socket listener)
    {
        while (true)
            listener.Accept().Dispose();
    }
}
