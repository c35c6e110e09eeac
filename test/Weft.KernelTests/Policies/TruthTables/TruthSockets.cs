using System.Net;
using System.Net.Sockets;
using Weft.KernelTests.Services.Matrix;
using Weft.Model.Services;
using Weft.Netlink.Namespaces;
using Weft.Tests.Policies.TruthTables;

namespace Weft.KernelTests.Policies.TruthTables;

/// <summary>The sockets of one pod for one round: servers on all targets, a client, and the end of the flows that no policy stops any more.</summary>
internal sealed class TruthSockets : IDisposable
{
    /// <summary>Where the flows end that were established before there were policies.</summary>
    public const ushort MarkerPort = 1000;

    private readonly List<Socket> _listeners = [];

    private TruthSockets(TruthPod pod, IEnumerable<TruthProbe> probes, ushort clientPort)
    {
        Pod = pod;
        foreach (var target in probes.Select(probe => probe.Target).Distinct())
            Serve(target);
        Client = Datagrams(clientPort);
        Marker = Datagrams(MarkerPort);
        foreach (var probe in probes.Where(probe => probe.From == pod && probe.Target.Protocol != L4Protocol.Udp))
            probe.Socket = probe.Target.Protocol == L4Protocol.Tcp ? Stream() : Bound(SctpSocket.Open(probe.V6), pod.Address(probe.V6).ToIPAddress(), 0);
    }

    public TruthPod Pod { get; }

    /// <summary>Answers datagrams.</summary>
    public List<Socket> Servers { get; } = [];

    /// <summary>Sends the datagrams of this pod's probes, under a port that no round before had.</summary>
    public Socket Client { get; }

    public Socket Marker { get; }

    /// <summary>Opens them inside the pod, with those of its probes.</summary>
    public static TruthSockets Open(NetworkNamespace where, TruthPod pod, IReadOnlyList<TruthProbe> probes, ushort clientPort) =>
        where.Run(() => new TruthSockets(pod, probes, clientPort));

    /// <summary>Connections that nobody accepted are reset with their listener, and leave no waiting state behind.</summary>
    public void Dispose()
    {
        foreach (var socket in (IEnumerable<Socket>)[Client, Marker, .. Servers, .. _listeners])
            socket.Dispose();
    }

    private void Serve(TruthTarget target)
    {
        switch (target.Protocol)
        {
            case L4Protocol.Udp:
                Servers.Add(Datagrams(target.Port));
                break;
            case L4Protocol.Tcp:
                Listen(Bound(Stream(), IPAddress.IPv6Any, target.Port));
                break;
            default:
                // Bound to one address each, they do not offer the other one to the client as a further path.
                foreach (var v6 in (bool[])[false, true])
                    Listen(Bound(SctpSocket.Open(v6), Pod.Address(v6).ToIPAddress(), target.Port));
                break;
        }
    }

    private void Listen(Socket socket)
    {
        socket.Listen(512);
        _listeners.Add(socket);
    }

    private static Socket Datagrams(ushort port) =>
        Bound(new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true, Blocking = false }, IPAddress.IPv6Any, port);

    private static Socket Stream() => new(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true, LingerState = new LingerOption(enable: true, 0) };

    private static Socket Bound(Socket socket, IPAddress address, ushort port)
    {
        socket.Bind(new IPEndPoint(address, port));
        return socket;
    }
}
