using FsCheck;
using FsCheck.Fluent;
using Weft.Compilers.Offline;
using Weft.Compilers.Policies.Testing;
using Weft.Compilers.Policies.Verdicts;
using Weft.Compilers.Tracing;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Services;
using Weft.Tests.Policies.Oracle;

namespace Weft.Tests.Policies.Testing;

/// <summary>Tests, traces and the oracle say the same of every connection of random clusters.</summary>
public sealed class PolicyToolProperties
{
    private static readonly Config Bounded = Config.QuickThrowOnFailure.WithMaxTest(15);

    [Fact]
    public void Tests_say_of_every_connection_what_the_oracle_says_and_name_the_same_rule() => Prop.ForAll(RandomPolicyCluster.Any.ToArbitrary(), random =>
    {
        var (tester, map) = Open(random);
        var oracle = new PolicyOracle(random.Cluster);
        foreach (var packet in random.Packets())
        {
            var answer = tester.Predict(CheckOf(packet, map));
            var crossing = Assert.Single(answer.Crossings);
            Same(oracle.Egress(packet), crossing.Egress, random, packet);
            Same(oracle.Ingress(packet), crossing.Ingress, random, packet);
        }
    }).Check(Bounded);

    [Fact]
    public void Traces_say_of_every_connection_what_tests_say() => Prop.ForAll(RandomPolicyCluster.Any.ToArbitrary(), random =>
    {
        var (tester, map) = Open(random);
        var objects = random.Cluster.Snapshot;
        var policies = new PolicyPath(objects);
        var tracers = objects.Nodes.ToDictionary(
            node => node.Metadata.Name, node => new Tracer(objects, random.Cluster.Pods, node.Metadata.Name, name => AssumedMachine.Of(objects, name), policies: policies));
        foreach (var packet in random.Packets().Where(packet => packet.Port is not null).Where((_, index) => index % 7 == 0))
        {
            var check = CheckOf(packet, map);
            var trace = tracers[check.From.Node ?? check.To.Node ?? "node1"].Trace(check.From, check.To, check.Port!.Value, (L4Protocol)check.Protocol);
            var answer = tester.Predict(check);
            Assert.True((trace.Outcome == TraceOutcome.Delivered) == (answer.Outcome == PolicyOutcome.Allowed), $"{random}: {check}: {trace.Outcome} but {answer.Outcome}: {answer.Why}");
        }
    }).Check(Bounded);

    [Fact]
    public void Expectations_taken_from_the_oracle_are_met_and_their_opposites_are_not() => Prop.ForAll(RandomPolicyCluster.Any.ToArbitrary(), random =>
    {
        var (tester, _) = Open(random);
        var oracle = new PolicyOracle(random.Cluster);
        var pods = random.Cluster.Pods.Where(pod => !pod.Spec.HostNetwork && !pod.IsFinished() && pod.Status.PodIPs.Count == 1)
            .GroupBy(pod => pod.Status.PodIPs[0].Ip).Where(same => same.Count() == 1).SelectMany(same => same).ToList();
        foreach (var (from, to) in pods.SelectMany(from => pods.Where(to => to != from && IsV6(to) == IsV6(from)).Select(to => (from, to))))
        {
            var packet = new OraclePacket(from.Status.PodIPs[0].Ip, to.Status.PodIPs[0].Ip, "TCP", 80);
            var expected = oracle.Egress(packet).IsAccepted && oracle.Ingress(packet).IsAccepted;
            Assert.Equal((1, 0), Run(tester, from, to, expected));
            Assert.Equal((0, 1), Run(tester, from, to, !expected));
        }
    }).Check(Bounded);

    private static (int Passed, int Failed) Run(PolicyTester tester, Pod from, Pod to, bool allowed)
    {
        var expectation = new PolicyExpectation("random", "tests.yaml", 1) { From = [End(from)], To = [End(to)], Ports = [new ExpectedPort(6, 80, 80, null)], IsAllowed = allowed };
        var (checks, problems) = tester.ChecksOf(expectation);
        Assert.Empty(problems);
        var report = tester.Run([(expectation, checks)]);
        return (report.Passed, report.Failed);
    }

    private static PodsEnd End(Pod pod) => new(pod.Metadata.Name, pod.Metadata.Namespace, LabelSelector.Everything, pod.Metadata.Name, LabelSelector.Everything);

    private static bool IsV6(Pod pod) => pod.Status.PodIPs[0].Ip.Contains(':');

    private static (PolicyTester Tester, TraceMap Map) Open(RandomPolicyCluster random)
    {
        var objects = random.Cluster.Snapshot;
        return (new PolicyTester(objects, random.Cluster.Pods), new TraceMap(objects, random.Cluster.Pods));
    }

    private static PolicyCheck CheckOf(OraclePacket packet, TraceMap map) => new(
        map.EndOf(IpAddress.Parse(packet.Source)),
        map.EndOf(IpAddress.Parse(packet.Destination)),
        ExpectedPort.ProtocolOf(packet.Protocol)!.Value,
        (ushort?)packet.Port);

    private static void Same(OracleAnswer expected, PolicyStep? step, RandomPolicyCluster cluster, OraclePacket packet)
    {
        var actual = step is null ? OracleAnswer.Open : new OracleAnswer(step.IsAccepted, step.Rule?.ToString());
        Assert.True(expected == actual, $"{cluster}: {packet}: the oracle says {expected}, the rules {actual}");
    }
}
