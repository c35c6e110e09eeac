using FsCheck;
using FsCheck.Fluent;
using Weft.Compilers.Policies;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Model.Policies;
using Weft.Model.Services;

namespace Weft.Tests.Policies.Oracle;

/// <summary>What is compiled decides every packet as the oracle does, and names the same rule.</summary>
public sealed class PolicyOracleProperties
{
    private static readonly Config Bounded = Config.QuickThrowOnFailure.WithMaxTest(60);

    [Fact]
    public void Compiled_tables_decide_as_the_oracle_does() => Prop.ForAll(RandomPolicyCluster.Any.ToArbitrary(), Agree).Check(Bounded);

    [Fact]
    public void What_is_remembered_changes_no_table() =>
        Prop.ForAll(RandomPolicyCluster.Any.ToArbitrary(), RandomPolicyCluster.Any.ToArbitrary(), RandomPolicyCluster.Any.ToArbitrary(), (one, two, three) =>
        {
            var compiler = new PolicyCompiler();
            var random = new Random(one.Seed);
            var now = one.Cluster;
            Compare(compiler, now);
            foreach (var next in new[] { two.Cluster, three.Cluster, one.Cluster })
            {
                for (var step = 0; step < 4; step++)
                    Compare(compiler, now = Mix(now, next, random));
            }
        }).Check(Bounded);

    private static void Agree(RandomPolicyCluster random)
    {
        var cluster = random.Cluster;
        var snapshot = cluster.Snapshot;
        var judges = cluster.Nodes.Select(node => new PolicyJudge(PolicyCompiler.CompileOnce(snapshot, node.Metadata.Name).Table)).ToList();
        var standing = cluster.Nodes.Select(node => PolicyJudge.OfStanding(PolicyCompiler.CompileOnce(snapshot, node.Metadata.Name).Table)).ToList();
        var past = new PolicyOracle(cluster, withPast: true);
        var (enforced, audited) = (new PolicyOracle(cluster), new PolicyOracle(cluster, withAudited: true));
        foreach (var packet in random.Packets())
        {
            var verdicts = judges.ConvertAll(judge => judge.Judge(ConnectionOf(packet)));
            var egress = verdicts.Find(verdict => verdict.Egress is not null || verdict.AuditedEgress is not null);
            var ingress = verdicts.Find(verdict => verdict.Ingress is not null || verdict.AuditedIngress is not null);
            Same(enforced.Egress(packet), egress.Egress, random, packet);
            Same(past.Egress(packet), standing.Select(judge => judge.Judge(ConnectionOf(packet)).Egress).FirstOrDefault(side => side is not null), random, packet);
            Same(enforced.Ingress(packet), ingress.Ingress, random, packet);
            Same(audited.Egress(packet), egress.AuditedEgress ?? egress.Egress, random, packet);
            Same(audited.Ingress(packet), ingress.AuditedIngress ?? ingress.Ingress, random, packet);
        }
    }

    private static void Same(OracleAnswer expected, PolicySide? side, RandomPolicyCluster cluster, OraclePacket packet)
    {
        var actual = side is null ? OracleAnswer.Open : new OracleAnswer(side.Decision.IsAccepted, side.Decision.Rule?.ToString());
        Assert.True(expected == actual, $"{cluster}: {packet}: the oracle says {expected}, the table {actual}");
    }

    private static Connection ConnectionOf(OraclePacket packet) => new(
        IpAddress.Parse(packet.Source),
        IpAddress.Parse(packet.Destination),
        packet.Protocol switch { "TCP" => (byte)L4Protocol.Tcp, "UDP" => (byte)L4Protocol.Udp, "SCTP" => (byte)L4Protocol.Sctp, _ => 1 },
        (ushort?)packet.Port);

    private static void Compare(PolicyCompiler compiler, OracleCluster cluster)
    {
        var remembered = compiler.Compile(cluster.Snapshot, "node1");
        var anew = PolicyCompiler.CompileOnce(cluster.Snapshot, "node1");
        Assert.Equal(anew.Problems, remembered.Problems);
        Assert.Equal(anew.Table, remembered.Table);
    }

    /// <summary>Some objects are those of another cluster.</summary>
    private static OracleCluster Mix(OracleCluster now, OracleCluster next, Random random) => now with
    {
        Nodes = random.Next(4) == 0 ? next.Nodes : now.Nodes,
        Namespaces = Mix(now.Namespaces, next.Namespaces, random),
        Pods = Mix(now.Pods, next.Pods, random),
        NetworkPolicies = Mix(now.NetworkPolicies, next.NetworkPolicies, random),
        ClusterNetworkPolicies = Mix(now.ClusterNetworkPolicies, next.ClusterNetworkPolicies, random),
        StandIns = random.Next(4) == 0 ? next.StandIns : now.StandIns,
        LearnsDomains = random.Next(4) == 0 ? next.LearnsDomains : now.LearnsDomains,
        Domains = Learned(now.Domains, next.Domains, random),
    };

    private static EquatableArray<DomainAddress> Learned(EquatableArray<DomainAddress> now, EquatableArray<DomainAddress> next, Random random) =>
    [
        .. now.Where(_ => random.Next(4) > 0).Concat(next.Where(_ => random.Next(3) == 0)).DistinctBy(known => (known.Name, known.Address))
            .Select(known => random.Next(5) == 0 ? known with { IsPast = !known.IsPast } : known),
    ];

    private static EquatableArray<T> Mix<T>(EquatableArray<T> now, EquatableArray<T> next, Random random)
        where T : class, IKubeObject, IEquatable<T>
    {
        var mixed = new Dictionary<ObjectKey, T>();
        foreach (var item in now.Where(_ => random.Next(5) > 0).Concat(next.Where(_ => random.Next(3) == 0)))
            mixed[item.Key()] = item;
        return mixed.Values.ToEquatableArray();
    }
}
