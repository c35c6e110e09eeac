namespace Weft.Tests.Policies.Compiling;

/// <summary>Tiers, priorities and what fails closed in ClusterNetworkPolicies.</summary>
public sealed class ClusterPolicyTests
{
    private const string Isolating = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: a}\nspec: {ingress: [{from: [{podSelector: {}}]}]}\n";
    private static readonly string[] Pods = ["a/web node1 10.244.0.2 app=web", "a/db node2 10.244.1.2 app=db", "b/web node2 10.244.1.3 app=web"];

    [Fact]
    public void Admin_counts_ahead_of_network_policies_and_baseline_behind_them()
    {
        Assert.True(Case(Ingress("guard", "Admin", 1, "Accept", "b") + Isolating).Passes("10.244.1.3", "10.244.0.2"));
        Assert.False(Case(Ingress("guard", "Baseline", 1, "Accept", "b") + Isolating).Passes("10.244.1.3", "10.244.0.2"));
        Assert.Equal("ClusterNetworkPolicy guard ingress[0]", Case(Ingress("guard", "Admin", 1, "Deny", "a") + Isolating).Denial("10.244.1.2", "10.244.0.2"));
        Assert.False(Case(Ingress("guard", "Baseline", 1, "Deny", "b")).Passes("10.244.1.3", "10.244.0.2"));
        Assert.True(Case(Ingress("guard", "Baseline", 1, "Deny", "a") + Isolating).Passes("10.244.1.2", "10.244.0.2"));
    }

    [Fact]
    public void The_lower_priority_counts_first_and_pass_leaves_the_tier()
    {
        Assert.False(Case(Ingress("p", "Admin", 2, "Accept", "b") + Ingress("q", "Admin", 1, "Deny", "b")).Passes("10.244.1.3", "10.244.0.2"));
        Assert.True(Case(Ingress("p", "Admin", 2, "Deny", "b") + Ingress("q", "Admin", 1, "Pass", "b")).Passes("10.244.1.3", "10.244.0.2"));
        Assert.False(Case(Ingress("p", "Admin", 2, "Accept", "b") + Ingress("q", "Admin", 1, "Pass", "b") + Isolating).Passes("10.244.1.3", "10.244.0.2"));
    }

    [Fact]
    public void Equal_priorities_count_by_name_and_are_reported()
    {
        var shared = Case(Ingress("q", "Admin", 1, "Deny", "b") + Ingress("p", "Admin", 1, "Accept", "b"));

        Assert.True(shared.Passes("10.244.1.3", "10.244.0.2"));
        Assert.Equal(["SharedPriority", "SharedPriority"], shared.Problems.Select(problem => problem.Reason));
        Assert.Empty(Case(Ingress("q", "Admin", 1, "Deny", "b") + Ingress("p", "Baseline", 1, "Accept", "b")).Problems);
    }

    [Fact]
    public void Egress_rules_know_networks_and_nodes()
    {
        var networks = Case(Egress("Deny", "networks: [203.0.113.0/24, 'fd00::/8']"));
        var nodes = Case(Egress("Deny", "nodes: {matchLabels: {zone: b}}"));

        Assert.False(networks.Passes("10.244.0.2", "203.0.113.9", "ICMP"));
        Assert.True(networks.Passes("10.244.0.2", "203.0.114.9"));
        Assert.False(nodes.Passes("10.244.0.2", "172.30.0.3"));
        Assert.True(nodes.Passes("10.244.0.2", "172.30.0.2"));
    }

    [Theory]
    [InlineData("domainNames: [example.com]", "DomainNamesNotServed")]
    [InlineData("future: {}", "InvalidPeer")]
    [InlineData("networks: [10.0.0.0]", "InvalidCIDR")]
    [InlineData("nodes: {matchExpressions: [{key: zone, operator: in, values: [a]}]}", "InvalidSelector")]
    [InlineData("namespaces: {}\n      nodes: {}", "InvalidPeer")]
    public void Rules_that_are_not_understood_fail_closed(string peer, string reason)
    {
        foreach (var (action, passes) in new[] { ("Accept", true), ("Deny", false), ("Pass", false) })
        {
            var policy = Case(Egress(action, peer));

            Assert.Equal(passes, policy.Passes("10.244.0.2", "10.244.1.2"));
            Assert.Equal(reason, Assert.Single(policy.Problems).Reason);
        }
    }

    [Theory]
    [InlineData("- destinationNamedPort: http", "networks: [0.0.0.0/0]")]
    [InlineData("- {}", "namespaces: {}")]
    [InlineData("- tcp: {}", "namespaces: {}")]
    [InlineData("- tcp: {destinationPort: {range: {start: 90, end: 80}}}", "namespaces: {}")]
    [InlineData("- tcp: {destinationPort: {number: 70000}}", "namespaces: {}")]
    [InlineData("-", "namespaces: {}")]
    public void Ports_that_are_none_fail_the_rule(string protocol, string peer)
    {
        var text = Egress("Deny", peer) + $"    protocols:\n    {protocol}\n";

        Assert.False(Case(text).Passes("10.244.0.2", "10.244.1.2", "UDP 9"));
        Assert.NotEmpty(Case(text).Problems);
    }

    [Fact]
    public void A_subject_that_is_not_understood_means_more_pods()
    {
        var policy = Ingress("guard", "Admin", 1, "Pass", "b").Replace("namespaces: {}", "namespaces: {matchExpressions: [{key: k, operator: In}]}", StringComparison.Ordinal);

        Assert.False(Case(policy).Passes("203.0.113.9", "10.244.0.2"));
        Assert.Equal("InvalidSelector", Assert.Single(Case(policy).Problems).Reason);
    }

    private static string Ingress(string name, string tier, int priority, string action, string from) => $$"""
        ---
        apiVersion: policy.networking.k8s.io/v1alpha2
        kind: ClusterNetworkPolicy
        metadata:
          name: {{name}}
        spec:
          tier: {{tier}}
          priority: {{priority}}
          subject:
            namespaces: {}
          ingress:
          - action: {{action}}
            from:
            - namespaces:
                matchLabels:
                  kubernetes.io/metadata.name: {{from}}

        """;

    private static string Egress(string action, string peer) =>
        $"apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {{name: out}}\nspec:\n  tier: Admin\n  priority: 1\n  subject:\n    namespaces: {{}}\n  egress:\n  - action: {action}\n    to:\n    - {peer}\n";

    private static PolicyCase Case(string yaml) => new(yaml, Pods);
}
