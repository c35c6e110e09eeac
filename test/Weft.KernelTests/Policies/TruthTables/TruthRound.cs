using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Weft.Tests.Policies.TruthTables;

namespace Weft.KernelTests.Policies.TruthTables;

/// <summary>
/// Tries all connections of a table at once. A denied one makes no sound, so behind them each pod sends a marker to every other on a flow that was
/// established before there were policies: packets of one way do not overtake each other, so where the marker is, what was sent before would be too.
/// </summary>
internal sealed class TruthRound : IDisposable
{
    private const int PayloadLength = 8, MillisecondsBetweenLooks = 20;

    private readonly List<TruthProbe> _probes;
    private readonly int _number;
    private readonly List<TruthSockets> _pods = [];
    private readonly HashSet<(TruthPod At, IPAddress From)> _markers = [];
    private readonly byte[] _buffer = new byte[PayloadLength];

    public TruthRound(TruthWorld world, List<TruthProbe> probes, int number)
    {
        const int firstPort = 10_000, ports = 20_000;
        (_probes, _number) = (probes, number);
        foreach (var pod in TruthPod.All)
            _pods.Add(TruthSockets.Open(world.NamespaceOf(pod), pod, probes, (ushort)(firstPort + number % ports)));
    }

    /// <summary>Sends everything and waits for the markers and for all that must pass.</summary>
    /// <param name="expected">What must pass.</param>
    /// <param name="patience">How long to wait for what is missing.</param>
    public void Run(TruthTable expected, TimeSpan patience)
    {
        for (var i = 0; i < _probes.Count; i++)
            Send(i);
        foreach (var from in _pods)
            SendMarkers(from);
        var start = Stopwatch.GetTimestamp();
        while (!IsComplete(expected) && Stopwatch.GetElapsedTime(start) < patience)
            Look(MillisecondsBetweenLooks);
        Look(milliseconds: 0);
    }

    public void Dispose()
    {
        foreach (var probe in _probes)
            probe.Socket?.Dispose();
        foreach (var pod in _pods)
            pod.Dispose();
    }

    private bool IsComplete(TruthTable expected) =>
        _markers.Count == _pods.Count * (_pods.Count - 1) * 2 && _probes.TrueForAll(probe => probe.Answered || !expected[probe.From, probe.To, probe.Target]);

    private void Send(int index)
    {
        var probe = _probes[index];
        if (probe.Socket is { } socket)
            _ = IgnoreAsync(socket.ConnectAsync(probe.Destination));
        else
            _pods[probe.From.Index].Client.SendTo(Payload(index), MappedTo6(probe.Destination));
    }

    private void SendMarkers(TruthSockets from)
    {
        foreach (var to in _pods.Where(to => to != from))
        {
            foreach (var v6 in (bool[])[false, true])
                from.Marker.SendTo(Payload(0), MappedTo6(new IPEndPoint(to.Pod.Address(v6).ToIPAddress(), TruthSockets.MarkerPort)));
        }
    }

    /// <summary>Notes what has arrived meanwhile, and answers datagrams.</summary>
    private void Look(int milliseconds)
    {
        var connecting = _probes.Where(probe => probe.Socket is not null && !probe.Answered).ToDictionary(probe => probe.Socket!);
        var (readable, writable) = (_pods.SelectMany(pod => (IEnumerable<Socket>)[.. pod.Servers, pod.Client, pod.Marker]).ToList(), connecting.Keys.ToList());
        Socket.Select(readable, writable, null, TimeSpan.FromMilliseconds(milliseconds));
        foreach (var socket in writable.Where(socket => (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! == 0))
            connecting[socket].Arrived = connecting[socket].Answered = true;
        foreach (var pod in _pods)
        {
            foreach (var server in pod.Servers)
                Receive(server, (probe, client) => Answer(probe, server, client));
            Receive(pod.Marker, (_, sender) => _markers.Add((pod.Pod, ((IPEndPoint)sender).Address)));
        }

        foreach (var pod in _pods)
            Receive(pod.Client, static (probe, _) => probe.Answered = true);
    }

    private void Answer(TruthProbe probe, Socket server, EndPoint client)
    {
        probe.Arrived = true;
        server.SendTo(_buffer, client);
    }

    private void Receive(Socket socket, Action<TruthProbe, EndPoint> note)
    {
        while (socket.Available > 0)
        {
            EndPoint sender = new IPEndPoint(IPAddress.IPv6Any, 0);
            socket.ReceiveFrom(_buffer, ref sender);
            if (BinaryPrimitives.ReadInt32BigEndian(_buffer) == _number)
                note(_probes[BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(4))], sender);
        }
    }

    private byte[] Payload(int index)
    {
        BinaryPrimitives.WriteInt32BigEndian(_buffer, _number);
        BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(4), index);
        return _buffer;
    }

    private static IPEndPoint MappedTo6(IPEndPoint destination) => new(destination.Address.MapToIPv6(), destination.Port);

    /// <summary>Whether it came about shows on the socket; that it did not is no fault of the caller.</summary>
    private static async Task IgnoreAsync(Task connecting) => await connecting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
