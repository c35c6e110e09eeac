using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Weft.Cli.Bench.Services;

/// <summary>A rig with rules, and what was measured in it.</summary>
internal sealed class TrafficCase : IDisposable
{
    private const int Datagrams = 2000, Connections = 1000;

    private readonly TrafficRig _rig = new();
    private readonly TrafficServers _servers;
    private readonly IPEndPoint _target;
    private readonly int[] _hits = new int[TrafficRig.Endpoints];

    /// <param name="program">Writes the rules; returns where a client sends to.</param>
    public TrafficCase(Func<TrafficRig, IPEndPoint> program)
    {
        _servers = new TrafficServers(_rig);
        _target = program(_rig);
    }

    /// <summary>Median microseconds of each round.</summary>
    public List<double> Latencies { get; } = [];

    /// <summary>Microseconds that the fastest tenth of each round stays below: what else the machine does hardly shows in it.</summary>
    public List<double> Fastest { get; } = [];

    /// <summary>Connections per second of each round.</summary>
    public List<double> Rates { get; } = [];

    /// <summary>Measures all cases in turn, each beginning once in a while: what a machine does beside hits all alike. The first round is not kept.</summary>
    public static void Measure(int rounds, params TrafficCase[] cases)
    {
        for (var round = -1; round < rounds; round++)
        {
            for (var turn = 0; turn < cases.Length; turn++)
                cases[(round + 1 + turn) % cases.Length].Measure(keep: round >= 0);
        }
    }

    /// <summary>The median of the rounds' ratios.</summary>
    public static double Ratio(List<double> left, List<double> right) => Report.Median(left.Zip(right, (a, b) => a / b));

    private void Measure(bool keep)
    {
        var (times, rate) = _rig.Client.Run(() => (SendDatagrams(), Connect()));
        if (!keep)
            return;
        Latencies.Add(Report.Median(times));
        Fastest.Add(times.Order().ElementAt(times.Length / 10));
        Rates.Add(rate);
    }

    public double ChiSquare()
    {
        var expected = _hits.Sum() / (double)_hits.Length;
        return _hits.Sum(hits => (hits - expected) * (hits - expected) / expected);
    }

    public void Dispose()
    {
        _servers.Dispose();
        _rig.Dispose();
    }

    private double[] SendDatagrams()
    {
        var buffer = new byte[16];
        var times = new double[Datagrams];
        for (var i = 0; i < times.Length; i++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 5000 };
            socket.Connect(_target);
            var start = Stopwatch.GetTimestamp();
            socket.Send(buffer, 0, 1, SocketFlags.None);
            socket.Receive(buffer);
            times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            _hits[buffer[0]]++;
        }

        return times;
    }

    private double Connect()
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < Connections; i++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(enable: true, 0) };
            socket.Connect(_target);
        }

        return Connections / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
