using FsCheck;
using FsCheck.Fluent;
using Weft.Compilers.Policies;
using Weft.Model.Policies;

namespace Weft.Tests.Policies.Compiling;

/// <summary>Closing policies opens nothing, for any table, any policies and any connection.</summary>
public sealed class ClosedPoliciesTests
{
    [Fact]
    public void Whatever_passes_with_policies_closed_passes_with_them_too() => Prop.ForAll(
        RandomPolicies.Table.ToArbitrary(),
        Gen.ArrayOf(RandomPolicies.Connection, 40).ToArbitrary(),
        Gen.Choose(0, 63).ToArbitrary(),
        (table, connections, choice) =>
        {
            var parts = ClosedPolicies.Parts(table).Keys.Where((_, index) => (choice & (1 << (index % 6))) != 0).ToHashSet();
            var closed = new ClosedPolicies(parts).Apply(table);
            var (before, after) = (new PolicyJudge(table), new PolicyJudge(closed));
            Assert.DoesNotContain(connections, connection => after.Judge(connection).IsAccepted && !before.Judge(connection).IsAccepted);
            Assert.Equal(table.Pods.Select(pod => pod.Address), closed.Pods.Select(pod => pod.Address));
            Assert.DoesNotContain(ClosedPolicies.Parts(closed), part => parts.Contains(part.Key) && part.Value.Any(rule => rule.Action != PolicyAction.Deny));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Fact]
    public void Leaving_out_what_only_closed_policies_name_decides_nothing_else() => Prop.ForAll(
        RandomPolicies.Table.ToArbitrary(),
        Gen.ArrayOf(RandomPolicies.Connection, 40).ToArbitrary(),
        (table, connections) =>
        {
            var parts = ClosedPolicies.Parts(table).Keys.Take(2).ToHashSet();
            var closed = new ClosedPolicies(parts).Apply(table);
            var (narrow, wide) = (new PolicyJudge(closed), new PolicyJudge(closed with { Peers = table.Peers }));
            Assert.All(connections, connection => Assert.Equal(wide.Judge(connection).IsAccepted, narrow.Judge(connection).IsAccepted));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Fact]
    public void A_closed_network_policy_isolates_and_others_go_on_accepting()
    {
        var table = Compile(
            "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: a}\nspec: {ingress: [{from: [{ipBlock: {cidr: 192.0.2.0/24}}]}]}\n"
            + "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: q, namespace: a}\nspec: {ingress: [{from: [{podSelector: {}}]}]}\n");
        var closed = Close(table, "NetworkPolicy", "a", "p");

        Assert.True(new PolicyJudge(table).Judge(From("192.0.2.9")).IsAccepted);
        Assert.Equal("default deny of NetworkPolicy a/p, NetworkPolicy a/q", new PolicyJudge(closed).Judge(From("192.0.2.9")).Denier!.Reason);
        Assert.True(new PolicyJudge(closed).Judge(From("10.244.1.2")).IsAccepted);
        Assert.Equal(["10.244.0.2/32", "10.244.1.2/32"], closed.Peers.Select(peer => peer.Range.ToString()));
    }

    [Theory]
    [InlineData("Accept", true)]
    [InlineData("Deny", false)]
    [InlineData("Pass", false)]
    public void Rules_of_a_closed_cluster_policy_fail_closed_as_its_API_says(string action, bool othersPass)
    {
        var table = Compile(
            $"---\napiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {{name: g}}\n"
            + $"spec: {{tier: Admin, priority: 1, subject: {{namespaces: {{}}}}, ingress: [{{action: {action}, from: [{{namespaces: {{}}}}]}}]}}\n");

        Assert.Equal(othersPass, new PolicyJudge(Close(table, "ClusterNetworkPolicy", "", "g")).Judge(From("192.0.2.9")).IsAccepted);
    }

    [Fact]
    public void Nothing_closed_is_the_same_table()
    {
        var table = Compile("");
        Assert.Same(table, new ClosedPolicies(new HashSet<PolicyRuleName>()).Apply(table));
    }

    private static PolicyTable Compile(string policies) => PolicyCompiler.CompileOnce(
        PolicyCases.Cluster(new Weft.Kubernetes.PolicyObjects { Pods = PolicyCases.Pods("a/web node1 10.244.0.2 app=web", "a/db node2 10.244.1.2 app=db") }.WithPolicies(policies)),
        PolicyCases.Node).Table;

    private static PolicyTable Close(PolicyTable table, string kind, string ns, string name) =>
        new ClosedPolicies(new HashSet<PolicyRuleName> { new(kind, ns, name, PolicyDirection.Ingress, -1) }).Apply(table);

    private static Connection From(string source) => new(Weft.Model.IpAddress.Parse(source), Weft.Model.IpAddress.Parse("10.244.0.2"), 6, 80);
}
