using Weft.Compilers.Policies;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Tests.Policies.Compiling;

/// <summary>What is lawful in policies and yet hardly meant.</summary>
public sealed class PolicyLintTests
{
    private const string Pod = "a/web node1 10.244.0.2 app=web http=tcp:8080";
    private const string Closed = "ingress: [], policyTypes: [Ingress, Egress]";

    [Fact]
    public void A_namespace_whose_pods_are_isolated_in_both_directions_is_fine() => Assert.Empty(Lint(Policy("p", Closed)));

    [Fact]
    public void Pods_that_nobody_isolates_are_counted() => Assert.Equal(
        ["Namespace a: 1 of 1 pods accept connections from everybody: no policy isolates them for ingress (NoDefaultDeny)", "Namespace a: 1 of 1 pods may connect to everybody: no policy isolates them for egress (NoDefaultDeny)"],
        Lint(""));

    [Theory]
    [InlineData("podSelector: {matchLabels: {app: db}}", "NetworkPolicy a/q: selects pods app=db in namespace a, and there are none (SelectsNothing)")]
    [InlineData("ingress: [{from: [{podSelector: {matchLabels: {app: db}}}]}]", "NetworkPolicy a/q: ingress[0] names pods app=db in namespace a, and there are none (PeerSelectsNothing)")]
    [InlineData("ingress: [{ports: [{port: 80}]}]", "NetworkPolicy a/q: ingress[0] names TCP 80, which none of the pods that would accept it declares (PortNotServed)")]
    [InlineData("ingress: [{ports: [{port: https}]}]", "NetworkPolicy a/q: spec.ingress[0]: no pod that the policy selects has a port named 'https', so it matches nothing (UnknownNamedPort)")]
    [InlineData("ingress: [{from: [{podSelector: {}}]}, {from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 8080}]}]", "NetworkPolicy a/q: ingress[1] never decides: ingress[0] matches all that it matches, and is asked first (RuleShadowed)")]
    [InlineData("egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}, {to: [{ipBlock: {cidr: 10.1.0.0/16}}]}]", "NetworkPolicy a/q: egress[1] never decides: egress[0] matches all that it matches, and is asked first (RuleShadowed)")]
    [InlineData("ingress: [{from: [{}]}]", "NetworkPolicy a/q: spec.ingress[0].from[0] must be either an ipBlock or selectors, so it matches nobody (InvalidPeer)")]
    public void What_is_hardly_meant_is_found(string spec, string finding) => Assert.Equal([finding], Lint(Policy("p", Closed) + Policy("q", spec)));

    [Theory]
    [InlineData("ingress: [{from: [{podSelector: {}}], ports: [{port: 8080}]}, {from: [{podSelector: {}}], ports: [{port: 8080, protocol: UDP, endPort: 9000}]}]")]
    [InlineData("egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}, {to: [{ipBlock: {cidr: 10.1.0.0/24}}]}]")]
    [InlineData("ingress: [{from: [{podSelector: {}}]}, {from: [{namespaceSelector: {}}]}]")]
    public void What_may_be_meant_is_not(string spec) => Assert.DoesNotContain(Lint(Policy("p", Closed) + Policy("q", spec)), finding => finding.Contains("RuleShadowed", StringComparison.Ordinal));

    private static List<string> Lint(string policies)
    {
        EquatableArray<Pod> pods = [PolicyCases.WholePod(Pod)];
        var objects = new PolicyObjects { Pods = pods.Select(PolicyPod.Of).ToEquatableArray() };
        return [.. PolicyLint.Of(policies.Length == 0 ? objects : objects.WithPolicies(policies), pods).Select(finding => finding.ToString())];
    }

    private static string Policy(string name, string spec) =>
        $"---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}, namespace: a}}\nspec: {{{spec}}}\n";
}
