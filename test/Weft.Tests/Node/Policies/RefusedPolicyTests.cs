using Weft.Compilers.Policies.Nftables;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Policies;
using Weft.Netlink.Nftables;
using Weft.Node.Policies;
using Weft.Tests.Node.Proxy;
using Weft.Tests.Policies;
using Weft.Tests.Policies.Compiling;

namespace Weft.Tests.Node.Policies;

/// <summary>What the agent does when the kernel refuses policies: twenty of them, <c>p0</c> to <c>p19</c>, each for a pod of its own, with a block and a port.</summary>
public sealed class RefusedPolicyTests
{
    private const int NotPermitted = 1, Invalid = 22, NoSpace = 28;
    private const int Many = 20;

    private readonly FakeNftables _kernel = new();
    private readonly ManualTime _time = new();
    private readonly PolicyReconciler _policies;

    public RefusedPolicyTests() => _policies = new PolicyReconciler(PolicyCases.Node, _kernel, _time);

    [Fact]
    public void A_policy_whose_element_the_kernel_refuses_is_closed_and_all_others_are_programmed()
    {
        RefuseVerdictsOf("p7");

        var turn = _policies.Turn(Cluster(Many));

        Assert.True(turn.Programmed);
        var problem = Assert.Single(turn.Problems);
        Assert.Equal(("NetworkPolicy default/p7", "KernelRefused"), (problem.Object, problem.Reason));
        Assert.Contains("the kernel of node node1 does not take its ingress rules", problem.Message, StringComparison.Ordinal);
        AssertOnlyClosed(turn, 7);
        Assert.Single(_kernel.Applied);
    }

    [Fact]
    public void Several_are_found_one_after_the_other()
    {
        RefuseVerdictsOf("p3", "p7", "p19");

        AssertOnlyClosed(_policies.Turn(Cluster(Many)), 3, 7, 19);
    }

    [Fact]
    public void What_has_no_owner_is_found_by_halves_and_never_opens_a_pod_in_between()
    {
        // An address is nobody's element: only without the policy that names it does the kernel take the rest.
        RefusePeers("192.0.11.0");
        _policies.Turn(Cluster(4));
        var before = _kernel.Applied.Count;

        var turn = _policies.Turn(Cluster(Many));

        AssertOnlyClosed(turn, 11);
        Assert.InRange(_kernel.Applied.Count - before, 1, 8);
        Assert.All(Enumerable.Range(0, Many), number => Assert.False(Passes(turn.Table, number, "198.51.100.1")));
    }

    [Fact]
    public void After_a_restart_it_is_found_as_well()
    {
        RefusePeers("192.0.11.0");
        _policies.Turn(Cluster(Many));

        AssertOnlyClosed(new PolicyReconciler(PolicyCases.Node, _kernel, _time).Turn(Cluster(Many)), 11);
    }

    [Fact]
    public void It_stays_closed_without_further_attempts_until_it_changes()
    {
        RefuseVerdictsOf("p7");
        _policies.Turn(Cluster(Many));
        var applied = _kernel.Applied.Count;

        var again = _policies.Turn(Cluster(Many));
        Assert.Equal(0, again.Changes);
        Assert.Single(again.Problems);
        Assert.Equal(applied, _kernel.Applied.Count);

        _kernel.Refuse = _ => 0;
        Assert.Single(_policies.Turn(Cluster(Many)).Problems);
        var changed = _policies.Turn(Cluster(Many, portOfSeven: 81));
        Assert.Empty(changed.Problems);
        AssertOnlyClosed(changed);
    }

    [Fact]
    public void It_is_tried_again_after_a_while()
    {
        RefuseVerdictsOf("p7");
        _policies.Turn(Cluster(Many));
        _kernel.Refuse = _ => 0;
        _policies.Doubt();
        Assert.Single(_policies.Turn(Cluster(Many)).Problems);

        _time.Advance(TimeSpan.FromSeconds(10));
        _policies.Doubt();
        AssertOnlyClosed(_policies.Turn(Cluster(Many)));
    }

    [Fact]
    public void A_policy_that_goes_is_no_problem_any_more()
    {
        RefuseVerdictsOf("p4");
        Assert.Single(_policies.Turn(Cluster(5)).Problems);
        Assert.Empty(_policies.Turn(Cluster(4)).Problems);
    }

    [Fact]
    public void What_is_no_policys_fault_leaves_everything_as_it_was()
    {
        _policies.Turn(Cluster(4));
        var before = Present();
        _kernel.Refuse = _ => NotPermitted;

        var turn = _policies.Turn(Cluster(Many));

        Assert.False(turn.Programmed);
        Assert.Equal("PoliciesNotProgrammed", Assert.Single(turn.Problems).Reason);
        Assert.Equal(before, Present());
        _kernel.Refuse = _ => 0;
        AssertOnlyClosed(_policies.Turn(Cluster(Many)));
    }

    private static ClusterSnapshot Cluster(int count, int portOfSeven = 80) => PolicyCases.Cluster(
        new PolicyObjects { Pods = PolicyCases.Pods([.. Enumerable.Range(0, count).Select(number => $"default/pod{number} node1 10.244.0.{number + 2} app=a{number}")]) }
            .WithPolicies(string.Concat(Enumerable.Range(0, count).Select(number => $$$"""
                ---
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: p{{{number}}}, namespace: default}
                spec:
                  podSelector: {matchLabels: {app: a{{{number}}}}}
                  ingress: [{from: [{ipBlock: {cidr: 192.0.{{{number}}}.0/24}}], ports: [{port: {{{(number == 7 ? portOfSeven : 80)}}}}]}]

                """))));

    /// <summary>As the kernel does, names the element.</summary>
    private void RefuseVerdictsOf(params string[] names) => _kernel.Refuse = operation => operation is NftAddElements add
        && add.Elements.FirstOrDefault(element => names.Any(name => element.Comment == $"NetworkPolicy default/{name} ingress[0]")) is { } bad
            ? throw new NftException("add element: Invalid argument", Invalid, operation, bad)
            : 0;

    private void RefusePeers(string address) => _kernel.Refuse = operation => operation is NftAddElements add
        && add.Elements.Any(element => element.Key == NftData.Of(IpAddress.Parse(address))) ? NoSpace : 0;

    private NftRuleset Present() => _kernel.ReadBack(NftPolicyProgram.Tables).Ruleset;

    private void AssertOnlyClosed(PolicyTurn turn, params int[] closed)
    {
        Assert.True(turn.Programmed);
        Assert.Equal(closed.Length, turn.Refused);
        Assert.Equal(closed.Select(number => $"NetworkPolicy default/p{number}").Order(StringComparer.Ordinal), turn.Problems.Select(problem => problem.Object));
        Assert.All(Enumerable.Range(0, Many), number => Assert.Equal(!closed.Contains(number), Passes(turn.Table, number, $"192.0.{number}.9", number == 7 ? null : 80)));
        InterpretedPolicies.CheckSame(turn.Table, Present(), [.. Enumerable.Range(0, Many).SelectMany(number => Connections(number))]);
    }

    private static IEnumerable<Connection> Connections(int number) =>
        ((string[])[$"192.0.{number}.9", "198.51.100.1", "10.244.1.9"]).Select(source => new Connection(IpAddress.Parse(source), IpAddress.Parse($"10.244.0.{number + 2}"), 6, 80));

    private static bool Passes(PolicyTable table, int number, string source, ushort? port = 80)
    {
        var judge = new PolicyJudge(table);
        return ((ushort[])(port is { } one ? [one] : [80, 81])).Any(each =>
            judge.Judge(new Connection(IpAddress.Parse(source), IpAddress.Parse($"10.244.0.{number + 2}"), 6, each)).IsAccepted);
    }
}
