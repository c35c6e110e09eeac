using System.Net;
using Weft.Cli.Bench.Services;
using Weft.Compilers.Policies;
using Weft.Compilers.Policies.Nftables;

namespace Weft.Cli.Bench.Policies;

/// <summary>What a client notices of policies: its first packet, and how many connections it can open; both ends are pods that policies select.</summary>
internal static class PolicyTraffic
{
    private static readonly IPEndPoint Server = new(TrafficRig.EndpointAt(0).ToIPAddress(), TrafficRig.Port);

    /// <param name="scale">What is few, what is many.</param>
    /// <param name="runs">Rounds, in threes.</param>
    public static IEnumerable<Figure> Measure(PolicyScale scale, int runs)
    {
        using var none = new TrafficCase(_ => Server);
        using var few = new TrafficCase(rig => Program(rig, scale.Few, scale));
        using var many = new TrafficCase(rig => Program(rig, scale.Many, scale));
        using var hand = HandWrittenPolicies.IsAvailable ? new TrafficCase(rig => ByHand(rig, scale)) : null;
        TrafficCase.Measure(3 * runs, [none, few, many, .. hand is null ? Array.Empty<TrafficCase>() : [hand]]);
        List<Figure> figures =
        [
            Figure.Told("first packet and answer, no policies", Report.Median(none.Latencies), "µs"),
            Figure.Told($"the same, {scale.Few:N0} policies", Report.Median(few.Latencies), "µs"),
            Figure.Told($"the same, {scale.Many:N0} policies", Report.Median(many.Latencies), "µs"),
            scale.Judge($"first packet, ratio of {scale.Many:N0} policies to {scale.Few:N0}", TrafficCase.Ratio(many.Latencies, few.Latencies), 1.1, "×"),
            scale.Judge($"time per TCP connection, ratio of {scale.Many:N0} policies to {scale.Few:N0}", TrafficCase.Ratio(few.Rates, many.Rates), 1.1, "×"),
        ];
        if (hand is not null)
            figures.Add(Figure.Told($"first packet, ratio of {scale.Many:N0} policies to {scale.Policies:N0} rules by hand", TrafficCase.Ratio(many.Latencies, hand.Latencies), "×"));
        return figures;
    }

    private static IPEndPoint Program(TrafficRig rig, int policies, PolicyScale scale)
    {
        rig.Filter.Apply(NftPolicyProgram.Adopt(null).Plan(PolicyCompiler.CompileOnce(Aimed(policies, scale).Snapshot, PolicyCluster.Node).Table));
        return Server;
    }

    private static IPEndPoint ByHand(TrafficRig rig, PolicyScale scale)
    {
        rig.Node.Run(() => HandWrittenPolicies.Load(HandWrittenPolicies.Of(Aimed(scale.Policies, scale))));
        return Server;
    }

    private static PolicyCluster Aimed(int policies, PolicyScale scale)
    {
        var cluster = new PolicyCluster(policies, scale.Pods);
        cluster.Aim(TrafficRig.ClientAddress, TrafficRig.EndpointAt(0));
        return cluster;
    }
}
