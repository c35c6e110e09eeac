using System.Net;
using Weft.Compilers.Services;
using Weft.Compilers.Services.Nftables;
using Weft.Model;
using Weft.Model.Nftables;

namespace Weft.Cli.Bench.Services;

/// <summary>What a client notices: its first packet, and how many connections it can open, beside the rules that one would write by hand for one Service.</summary>
internal static class TrafficBench
{
    // Of chi-square with 7 degrees of freedom, one in 10,000 lies above.
    private const double ChiSquareBound = 29.88;

    private static readonly IpAddress HandAddress = IpAddress.Parse("10.96.0.1");

    public static IEnumerable<Figure> Measure(int runs)
    {
        using var hand = new TrafficCase(rig => At80(ByHand(rig)));
        using var few = new TrafficCase(rig => At80(ByProgram(rig, 10)));
        using var many = new TrafficCase(rig => At80(ByProgram(rig, 30_000)));
        TrafficCase.Measure(3 * runs, hand, few, many);
        return
        [
            Figure.Told("first packet and answer, hand-written rules for one Service", Report.Median(hand.Latencies), "µs"),
            Figure.Told("the same, 10 Services", Report.Median(few.Latencies), "µs"),
            Figure.Told("the same, 30,000 Services", Report.Median(many.Latencies), "µs"),
            Figure.AtMost("first packet at 30,000, ratio to hand-written", TrafficCase.Ratio(many.Latencies, hand.Latencies), 1.05, "×"),
            Figure.Told("fastest tenth of first packets, hand-written", Report.Median(hand.Fastest), "µs"),
            Figure.Told("the same, 10 Services", Report.Median(few.Fastest), "µs"),
            Figure.Told("the same, 30,000 Services", Report.Median(many.Fastest), "µs"),
            Figure.Told("connections per second, hand-written", Report.Median(hand.Rates), "/s"),
            Figure.Told("the same, 10 Services", Report.Median(few.Rates), "/s"),
            Figure.Told("the same, 30,000 Services", Report.Median(many.Rates), "/s"),
            Figure.AtMost("time per connection at 30,000, ratio to hand-written", TrafficCase.Ratio(hand.Rates, many.Rates), 1.05, "×"),
            Figure.AtMost("distribution over 8 endpoints, chi-square", many.ChiSquare(), ChiSquareBound, ""),
        ];
    }

    private static IPEndPoint At80(IpAddress address) => new(address.ToIPAddress(), 80);

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
}
