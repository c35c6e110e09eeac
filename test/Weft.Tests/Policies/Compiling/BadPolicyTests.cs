namespace Weft.Tests.Policies.Compiling;

/// <summary>NetworkPolicies that are wrong open no pod and are reported.</summary>
public sealed class BadPolicyTests
{
    private static readonly string[] Pods = ["a/web node1 10.244.0.2 app=web http=tcp:80", "a/db node2 10.244.1.2 app=db http=tcp:80"];

    [Theory]
    [InlineData("ingress: [{from: [{}]}]", "InvalidPeer")]
    [InlineData("ingress: [{from: [null]}]", "InvalidPeer")]
    [InlineData("ingress: [{from: [{ipBlock: {cidr: 10.244.1.2}}]}]", "InvalidCIDR")]
    [InlineData("ingress: [{from: [{ipBlock: {cidr: 10.244.0.0/16}, podSelector: {}}]}]", "InvalidPeer")]
    [InlineData("ingress: [{from: [{ipBlock: {cidr: 10.244.0.0/16, except: [10.245.0.0/24]}}]}]", "InvalidExcept")]
    [InlineData("ingress: [{from: [{ipBlock: {cidr: 10.244.0.0/16, except: [nonsense]}}]}]", "InvalidExcept")]
    [InlineData("ingress: [{from: [{podSelector: {matchExpressions: [{key: app, operator: In}]}}]}]", "InvalidSelector")]
    [InlineData("ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: app, operator: Gt, values: ['1']}]}}]}]", "InvalidSelector")]
    [InlineData("ingress: [{ports: [{port: 80, protocol: ICMP}]}]", "UnknownProtocol")]
    [InlineData("ingress: [{ports: [{endPort: 80}]}]", "InvalidPort")]
    [InlineData("ingress: [{ports: [{port: 81, endPort: 80}]}]", "InvalidPort")]
    [InlineData("ingress: [{ports: [{port: http, endPort: 80}]}]", "InvalidPort")]
    [InlineData("ingress: [{ports: [{port: 0}]}]", "InvalidPort")]
    [InlineData("ingress: [{ports: [{port: nobody}]}]", "UnknownNamedPort")]
    [InlineData("policyTypes: [Ingres]", "UnknownPolicyType")]
    [InlineData("podSelector: {matchExpressions: [{key: app, operator: in, values: [web]}]}\n  ingress: [{}]", "InvalidSelector")]
    public void It_is_reported_and_the_pod_stays_closed(string spec, string reason)
    {
        var policy = new PolicyCase($"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p, namespace: a}}\nspec:\n  {spec}", Pods);

        Assert.False(policy.Passes("10.244.1.2", "10.244.0.2"));
        Assert.Equal(reason, Assert.Single(policy.Problems).Reason);
    }
}
