using Weft.EndToEnd.Support;

namespace Weft.EndToEnd.Policies;

/// <summary>Policies as they live: applied, changed, met by pods and namespaces whose labels change, and deleted; through kubectl, the agents and two kernels.</summary>
public sealed class PolicyStepTests
{
    private const string OnlyB = "from: [{namespaceSelector: {matchLabels: {ns: b}}}]";

    [Fact]
    public async Task Network_policies_follow_objects_as_they_change()
    {
        await using var lab = new TestLab();
        var pods = new NinePods(lab);
        await pods.StartAsync();
        await pods.PassAsync("no policies", (_, _) => true);

        await pods.ApplyAsync(Network("a/deny", "podSelector: {}"));
        await pods.PassAsync("a denies all", (_, to) => !In(to, "a"));
        await pods.ApplyAsync(Network("a/from-b", $"podSelector: {{}}, ingress: [{{{OnlyB}}}]"));
        await pods.PassAsync("a accepts b", (from, to) => !In(to, "a") || In(from, "b"));
        await pods.ThroughServiceAsync("a accepts b", "a/x", "a/x", "b/x", "b/y", "b/z");

        await pods.KubectlAsync("label namespace c ns=b --overwrite");
        await pods.PassAsync("c is called b, too", (from, to) => !In(to, "a") || !In(from, "a"));
        await pods.KubectlAsync("label namespace c ns=c --overwrite");
        await pods.PassAsync("c is c again", (from, to) => !In(to, "a") || In(from, "b"));

        await pods.ApplyAsync(Network("a/from-b", "podSelector: {matchLabels: {pod: x}}, ingress: [{from: [{namespaceSelector: {matchLabels: {ns: b}}, podSelector: {matchLabels: {pod: x}}}]}]"));
        await pods.PassAsync("only x of b reaches only x", (from, to) => !In(to, "a") || (to == "a/x" && from == "b/x"));
        await pods.KubectlAsync("label pod -n b y pod=x --overwrite");
        await pods.PassAsync("y of b is called x, too", (from, to) => !In(to, "a") || (to == "a/x" && from is "b/x" or "b/y"));
        await pods.KubectlAsync("label pod -n a x pod=other --overwrite");
        await pods.PassAsync("x of a is nobody's subject but of the first policy", (_, to) => !In(to, "a"));

        await pods.KubectlAsync("delete networkpolicy -n a deny");
        await pods.PassAsync("the second policy selects nobody", (_, _) => true);
        await pods.KubectlAsync("label pod -n a x pod=x --overwrite");
        await pods.PassAsync("and now x", (from, to) => to != "a/x" || from is "b/x" or "b/y");

        await pods.KubectlAsync("delete pod -n b y --wait");
        await pods.ApplyAsync(NinePods.Pod("b/y", "y"));
        await pods.PassAsync("y of b was made anew", (from, to) => to != "a/x" || from == "b/x");
        await pods.ApplyAsync(Network("c/out", "podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {ns: b}}}], ports: [{port: http}]}]"));
        await pods.PassAsync("c may open to b", (from, to) => (to != "a/x" || from == "b/x") && (!In(from, "c") || In(to, "b")));
        await pods.ThroughServiceAsync("c may open to b", "b/z", [.. ((string[])["a", "b", "c"]).SelectMany(space => ((string[])["x", "y", "z"]).Select(pod => $"{space}/{pod}"))]);

        await pods.KubectlAsync("delete networkpolicy -n a --all");
        await pods.KubectlAsync("delete networkpolicy -n c --all");
        await pods.PassAsync("all policies are gone", (_, _) => true);
    }

    [Fact]
    public async Task Cluster_network_policies_come_before_and_behind_the_others()
    {
        await using var lab = new TestLab();
        var pods = new NinePods(lab);
        await pods.StartAsync();

        await pods.ApplyAsync(Cluster("deny-c", "Admin", 10, "ingress: [{action: Deny, from: [{namespaces: {matchLabels: {ns: c}}}]}]"));
        await pods.PassAsync("administrators keep c out of a", (from, to) => !In(to, "a") || !In(from, "c"));
        await pods.ApplyAsync(Network("a/open", "podSelector: {}, ingress: [{}]"));
        await pods.PassAsync("and a cannot let it in", (from, to) => !In(to, "a") || !In(from, "c"));
        await pods.ApplyAsync(Cluster("accept-x", "Admin", 5, "ingress: [{action: Accept, from: [{pods: {namespaceSelector: {}, podSelector: {matchLabels: {pod: x}}}}]}]"));
        await pods.PassAsync("one of lower priority accepts x", (from, to) => !In(to, "a") || !In(from, "c") || from == "c/x");
        await pods.ApplyAsync(Cluster("accept-x", "Admin", 15, "ingress: [{action: Accept, from: [{pods: {namespaceSelector: {}, podSelector: {matchLabels: {pod: x}}}}]}]"));
        await pods.PassAsync("of higher priority it comes too late", (from, to) => !In(to, "a") || !In(from, "c"));
        await pods.ApplyAsync(Cluster("deny-c", "Baseline", 10, "ingress: [{action: Deny, from: [{namespaces: {matchLabels: {ns: c}}}]}]"));
        await pods.PassAsync("behind a policy of a, it has nothing to say", (_, _) => true);
        await pods.KubectlAsync("delete networkpolicy -n a open");
        await pods.PassAsync("without that, it has", (from, to) => !In(to, "a") || !In(from, "c") || from == "c/x");
        await pods.ThroughServiceAsync("without that, it has", "a/y", "a/x", "a/y", "a/z", "b/x", "b/y", "b/z", "c/x");
        await pods.KubectlAsync("delete clusternetworkpolicy --all");
        await pods.PassAsync("all policies are gone", (_, _) => true);
    }

    private static bool In(string pod, string space) => pod.StartsWith(space + "/", StringComparison.Ordinal);

    private static string Network(string name, string spec) => $$"""
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {namespace: {{name[..1]}}, name: {{name[2..]}}}
        spec: { {{spec}} }
        """;

    private static string Cluster(string name, string tier, int priority, string rules) => $$"""
        apiVersion: policy.networking.k8s.io/v1alpha2
        kind: ClusterNetworkPolicy
        metadata: {name: {{name}}}
        spec: {tier: {{tier}}, priority: {{priority}}, subject: {namespaces: {matchLabels: {ns: a} } }, {{rules}} }
        """;
}
