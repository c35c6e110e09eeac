using FsCheck;
using FsCheck.Fluent;
using Weft.Compilers.Policies.Reach;
using Weft.Compilers.Policies.Testing;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Tests.Policies.Oracle;

namespace Weft.Tests.Policies.Reach;

/// <summary>Explanations and differences agree with the oracle about every pair of pods of random clusters.</summary>
public sealed class ReachProperties
{
    private static readonly Config Bounded = Config.QuickThrowOnFailure.WithMaxTest(20);
    private static readonly (string Protocol, ushort? Port)[] Targets = [("TCP", 80), ("TCP", 81), ("TCP", 8080), ("UDP", 53), ("SCTP", 80), ("ICMP", null)];

    [Fact]
    public void Explanations_say_of_every_pair_of_pods_what_the_oracle_says() => Prop.ForAll(RandomPolicyCluster.Any.ToArbitrary(), random =>
    {
        var (explainer, oracle) = (new PolicyExplainer(random.Cluster.Snapshot, random.Cluster.Pods), new PolicyOracle(random.Cluster));
        var pods = Plain(random.Cluster);
        var explained = pods.ToDictionary(pod => pod.Key(), pod => explainer.Explain(pod.Key()));
        foreach (var (from, to) in Pairs(pods))
        {
            foreach (var target in Targets)
            {
                var passes = Passes(oracle, from, to, target);
                Assert.True(passes == Says(explained[to.Key()].Ingress, from, target), $"{random}: {from.Key()} to {to.Key()} {target}: the oracle says {passes}, {to.Key()}'s explanation the opposite");
                Assert.True(passes == Says(explained[from.Key()].Egress, to, target), $"{random}: {from.Key()} to {to.Key()} {target}: the oracle says {passes}, {from.Key()}'s explanation the opposite");
            }
        }
    }).Check(Bounded);

    [Fact]
    public void A_cluster_does_not_differ_from_itself() => Prop.ForAll(RandomPolicyCluster.Any.ToArbitrary(), random =>
        Assert.Empty(Diff(random.Cluster, random.Cluster with { Pods = [.. random.Cluster.Pods.Reverse()] }).Changes)).Check(Bounded);

    [Fact]
    public void Differences_are_the_pairs_about_which_the_oracle_changes_its_mind() =>
        Prop.ForAll(RandomPolicyCluster.Any.ToArbitrary(), RandomPolicyCluster.Any.ToArbitrary(), (one, other) =>
        {
            var (before, after) = (one.Cluster, other.Cluster with { Pods = one.Cluster.Pods, Nodes = one.Cluster.Nodes, StandIns = one.Cluster.StandIns });
            var difference = Diff(before, after);
            var (was, now) = (new PolicyOracle(before), new PolicyOracle(after));
            foreach (var (from, to) in Pairs(Plain(before)))
            {
                foreach (var target in Targets)
                {
                    bool? expected = (Passes(was, from, to, target), Passes(now, from, to, target)) switch { (false, true) => true, (true, false) => false, _ => null };
                    bool? found = difference.Changes.Where(change => change.From.Contains(from.Key().ToString()) && change.To.Contains(to.Key().ToString()) && Covers(change.Ports, target))
                        .Select(change => (bool?)change.IsOpened).SingleOrDefault();
                    Assert.True(expected == found, $"{one}, {other}: {from.Key()} to {to.Key()} {target}: expected {expected}, found {found}");
                }
            }
        }).Check(Bounded);

    private static PolicyDifference Diff(OracleCluster before, OracleCluster after) =>
        PolicyDiff.Between((before.Snapshot, before.Pods), (after.Snapshot, after.Pods));

    /// <summary>Pods with one address that nobody else has.</summary>
    private static List<Pod> Plain(OracleCluster cluster) => [.. cluster.Pods
        .Where(pod => !pod.Spec.HostNetwork && !pod.IsFinished() && pod.Status.PodIPs.Count == 1)
        .Where(pod => cluster.Pods.Count(other => other.Status.PodIPs.Contains(pod.Status.PodIPs[0])) == 1)];

    private static IEnumerable<(Pod From, Pod To)> Pairs(List<Pod> pods) => pods.SelectMany(from => pods
        .Where(to => to != from && to.Status.PodIPs[0].Ip.Contains(':') == from.Status.PodIPs[0].Ip.Contains(':')).Select(to => (from, to)));

    private static bool Passes(PolicyOracle oracle, Pod from, Pod to, (string Protocol, ushort? Port) target)
    {
        var packet = new OraclePacket(from.Status.PodIPs[0].Ip, to.Status.PodIPs[0].Ip, target.Protocol, target.Port);
        return oracle.Egress(packet).IsAccepted && oracle.Ingress(packet).IsAccepted;
    }

    private static bool Says(ExplainedDirection direction, Pod other, (string Protocol, ushort? Port) target)
    {
        var allowed = direction.Allowed.Any(entry => entry.Who.Contains(other.Key().ToString()) && Covers(entry.Ports, target));
        Assert.False(allowed && direction.Denied.Any(entry => entry.Who.Contains(other.Key().ToString())));
        return allowed;
    }

    private static bool Covers(EquatableArray<PortPiece> ports, (string Protocol, ushort? Port) target) => ports.Any(port =>
        port.Protocol == ExpectedPort.ProtocolOf(target.Protocol) && (target.Port is null || (port.First <= target.Port && target.Port <= port.Last)));
}
