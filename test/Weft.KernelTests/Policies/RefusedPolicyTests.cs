using Weft.Compilers.Policies.Nftables;
using Weft.KernelTests.Nftables;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Policies;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;
using Weft.Node.Policies;

namespace Weft.KernelTests.Policies;

/// <summary>The kernel refuses what belongs to one policy of many: that one is closed, all others hold.</summary>
[Collection(NftablesCollection.Name)]
public sealed class RefusedPolicyTests : IDisposable
{
    private const int Count = 30, Bad = 12;

    private readonly NetworkNamespace _node = NetworkNamespace.Create();
    private readonly KernelNftables _kernel;

    public RefusedPolicyTests() => _kernel = _node.Run(() => new KernelNftables());

    [Fact]
    public void A_verdict_that_the_kernel_names_leads_to_its_policy_at_once()
    {
        var filter = new SpoilingFilter(_kernel, element => element.Comment == $"NetworkPolicy default/p{Bad} ingress[0]");

        var turn = new PolicyReconciler("node1", filter).Turn(Cluster());

        Assert.Equal(1, filter.Refusals);
        AssertOnlyBadIsClosed(turn);
    }

    [Fact]
    public void An_address_leads_to_its_policy_by_halves()
    {
        var filter = new SpoilingFilter(_kernel, element => element.Key == NftData.Of(IpAddress.Parse($"192.0.{Bad}.0")));
        var policies = new PolicyReconciler("node1", filter);

        var turn = policies.Turn(Cluster());

        AssertOnlyBadIsClosed(turn);
        var generation = _kernel.Generation();
        Assert.Equal(0, policies.Turn(Cluster()).Changes);
        Assert.Equal(generation, _kernel.Generation());
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _node.Dispose();
    }

    private void AssertOnlyBadIsClosed(PolicyTurn turn)
    {
        Assert.True(turn.Programmed);
        Assert.Equal($"NetworkPolicy default/p{Bad}", Assert.Single(turn.Problems).Object);
        Assert.Equal(Count, turn.Table.Pods.Count);
        Assert.True(NftPolicyProgram.Adopt(_kernel.ReadBack(NftPolicyProgram.Tables)).Plan(turn.Table).IsEmpty);
        var judge = new PolicyJudge(turn.Table);
        for (var number = 0; number < Count; number++)
        {
            Assert.Equal(number != Bad, judge.Judge(Connection(number, $"192.0.{number}.9")).IsAccepted);
            Assert.False(judge.Judge(Connection(number, "198.51.100.1")).IsAccepted);
        }
    }

    private static Connection Connection(int number, string source) => new(IpAddress.Parse(source), IpAddress.Parse($"10.244.0.{number + 2}"), 6, 80);

    private static ClusterSnapshot Cluster() => new()
    {
        Policies = new PolicyObjects
        {
            Pods = [.. Enumerable.Range(0, Count).Select(Pod)],
            NetworkPolicies = [.. Enumerable.Range(0, Count).Select(Policy)],
        },
    };

    private static PolicyPod Pod(int number) => PolicyPod.Of(new Pod
    {
        Metadata = new() { Namespace = "default", Name = $"pod{number}", Labels = StringMap.Of(("app", $"a{number}")) },
        Spec = new() { NodeName = "node1" },
        Status = new() { Phase = "Running", PodIPs = [new PodIp($"10.244.0.{number + 2}")] },
    });

    private static NetworkPolicy Policy(int number) => new()
    {
        Metadata = new() { Namespace = "default", Name = $"p{number}" },
        Spec = new()
        {
            PodSelector = new() { MatchLabels = StringMap.Of(("app", $"a{number}")) },
            Ingress = [new() { From = [new() { IpBlock = new() { Cidr = $"192.0.{number}.0/24" } }], Ports = [new() { Port = new IntOrString(80) }] }],
        },
    };
}
