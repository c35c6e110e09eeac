using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Weft.Compilers.Services;
using Weft.Compilers.Services.Nftables;
using Weft.Model;
using Weft.Model.Nftables;

namespace Weft.Cli.Bench.Services;

/// <summary>What a client notices: its first packet, and how many connections it can open, beside the rules that one would write by hand for one Service.</summary>
internal static class TrafficBench
{
    private const int Datagrams = 2000, Connections = 1000;

    // Of chi-square with 7 degrees of freedom, one in 10,000 lies above.
    private const double ChiSquareBound = 29.88;

    private static readonly IpAddress HandAddress = IpAddress.Parse("10.96.0.1");

    public static IEnumerable<Figure> Measure(int runs)
    {
        using var hand = new Case(rig => ByHand(rig));
        using var few = new Case(rig => ByProgram(rig, 10));
        using var many = new Case(rig => ByProgram(rig, 30_000));
        Case[] cases = [hand, few, many];
        for (var run = -1; run < 3 * runs; run++)
        {
            // In turn, each beginning once in a while: what a machine does beside hits all alike.
            for (var turn = 0; turn < cases.Length; turn++)
                cases[(run + 1 + turn) % cases.Length].Measure(keep: run >= 0);
        }

        return
        [
            Figure.Told("first packet and answer, hand-written rules for one Service", Report.Median(hand.Latencies), "µs"),
            Figure.Told("the same, 10 Services", Report.Median(few.Latencies), "µs"),
            Figure.Told("the same, 30,000 Services", Report.Median(many.Latencies), "µs"),
            Figure.AtMost("first packet at 30,000, ratio to hand-written", Ratio(many.Latencies, hand.Latencies), 1.05, "×"),
            Figure.Told("fastest tenth of first packets, hand-written", Report.Median(hand.Fastest), "µs"),
            Figure.Told("the same, 10 Services", Report.Median(few.Fastest), "µs"),
            Figure.Told("the same, 30,000 Services", Report.Median(many.Fastest), "µs"),
            Figure.Told("connections per second, hand-written", Report.Median(hand.Rates), "/s"),
            Figure.Told("the same, 10 Services", Report.Median(few.Rates), "/s"),
            Figure.Told("the same, 30,000 Services", Report.Median(many.Rates), "/s"),
            Figure.AtMost("time per connection at 30,000, ratio to hand-written", Ratio(hand.Rates, many.Rates), 1.05, "×"),
            Figure.AtMost("distribution over 8 endpoints, chi-square", many.ChiSquare(), ChiSquareBound, ""),
        ];
    }

    private static double Ratio(List<double> left, List<double> right) => Report.Median(left.Zip(right, (a, b) => a / b));

    private static IpAddress ByProgram(TrafficRig rig, int services)
    {
        var cluster = new BenchCluster(services, 2);
        var address = cluster.Aim(Enumerable.Range(0, TrafficRig.Endpoints).Select(TrafficRig.EndpointAt));
        var program = NftServiceProgram.Adopt(null);
        rig.Filter.Apply(program.Plan(ServiceCompiler.CompileOnce(cluster.Snapshot, BenchCluster.Node).Table));
        return address;
    }

    private static IpAddress ByHand(TrafficRig rig)
    {
        var endpoint = NftType.Concat(NftType.Ipv4Address, NftType.Port);
        var endpoints = new NftSet("endpoints", NftType.Mark, endpoint)
        {
            Elements = Enumerable.Range(0, TrafficRig.Endpoints).Select(number => new NftElement(
                NftData.Host32((uint)number), Data: NftData.Concat(NftData.Of(TrafficRig.EndpointAt(number)), NftData.Big16(TrafficRig.Port)))).ToEquatableArray(),
        };
        var pick = new NftNat(NftNatKind.Destination, NftFamily.Ip, new NftNumgen(NftNumgenMode.Random, TrafficRig.Endpoints).Map("endpoints", endpoint));
        var table = new NftTable(NftFamily.Ip, "by-hand")
        {
            Sets = [endpoints],
            Chains =
            [
                Nft.NatChain(
                    "prerouting",
                    NftHook.Prerouting,
                    NftPriority.DestinationNat,
                    Nft.Rule(Nft.IpDaddr.Is(HandAddress), Nft.TcpDport.Is(80u), pick),
                    Nft.Rule(Nft.IpDaddr.Is(HandAddress), Nft.UdpDport.Is(80u), pick)),

                // NAT of one direction needs the hook of the other, which every NAT chain brings.
                Nft.NatChain("postrouting", NftHook.Postrouting, NftPriority.SourceNat),
            ],
        };
        rig.Filter.Apply(NftDiff.Between(NftRuleset.Empty, new NftRuleset { Tables = [table] }));
        return HandAddress;
    }

    /// <summary>A rig with rules, and what was measured in it.</summary>
    private sealed class Case : IDisposable
    {
        private readonly TrafficRig _rig = new();
        private readonly TrafficServers _servers;
        private readonly IPEndPoint _target;
        private readonly int[] _hits = new int[TrafficRig.Endpoints];

        public Case(Func<TrafficRig, IpAddress> program)
        {
            _servers = new TrafficServers(_rig);
            _target = new IPEndPoint(program(_rig).ToIPAddress(), 80);
        }

        /// <summary>Median microseconds of each round.</summary>
        public List<double> Latencies { get; } = [];

        /// <summary>Microseconds that the fastest tenth of each round stays below: what else the machine does hardly shows in it.</summary>
        public List<double> Fastest { get; } = [];

        /// <summary>Connections per second of each round.</summary>
        public List<double> Rates { get; } = [];

        public void Measure(bool keep)
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
}
