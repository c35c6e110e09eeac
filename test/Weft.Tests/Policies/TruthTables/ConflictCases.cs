using Weft.Model.Services;
using static Weft.Tests.Policies.TruthTables.PolicyYaml;

namespace Weft.Tests.Policies.TruthTables;

/// <summary>Several policies about the same connections.</summary>
internal static class ConflictCases
{
    private const string A = "subject: {namespaces: {matchLabels: {ns: a}}}";
    private const string B = "from: [{namespaces: {matchLabels: {ns: b}}}]";
    private const string X = "from: [{pods: {namespaceSelector: {}, podSelector: {matchLabels: {pod: x}}}}]";
    private const string FromB = "[{PEERS: [{namespaceSelector: {matchLabels: {ns: b}}}]}]";
    private const string ToB = FromB;

    public static IEnumerable<TruthCase> All() => NetworkPolicies().Concat(Priorities()).Concat(RuleOrder());

    private static IEnumerable<TruthCase> NetworkPolicies()
    {
        yield return new("policies of a pod add up", TruthCluster.With(
            Rules("a/b", ingress: true, "{}", FromB), Rules("a/c", ingress: true, "{matchLabels: {pod: x}}", "[{PEERS: [{namespaceSelector: {matchLabels: {ns: c}}}]}]")),
            (from, to, _) => to.Namespace != "a" || from.Namespace == "b" || (to.Name == "x" && from.Namespace == "c"));
        yield return new("a policy that denies takes nothing from one that accepts", TruthCluster.With(
            Network("a/deny", "podSelector: {}"), Rules("a/b", ingress: true, "{}", FromB)),
            (from, to, _) => to.Namespace != "a" || from.Namespace == "b");
        yield return new("peers and ports of different policies do not mix", TruthCluster.With(
            Rules("a/b", ingress: true, "{}", FromB.Replace("]}]", "], ports: [{port: 80}]}]", StringComparison.Ordinal)),
            Rules("a/c", ingress: true, "{}", "[{PEERS: [{namespaceSelector: {matchLabels: {ns: c}}}], ports: [{port: 81, protocol: UDP}]}]")),
            (from, to, target) => to.Namespace != "a" || (from.Namespace == "b" && target is { Protocol: L4Protocol.Tcp, Port: 80 })
                || (from.Namespace == "c" && target is { Protocol: L4Protocol.Udp, Port: 81 }));
        yield return new("both ends must allow", TruthCluster.With(
            Rules("a/in", ingress: true, "{}", FromB), Rules("b/out", ingress: false, "{}", "[{PEERS: [{namespaceSelector: {matchLabels: {ns: a}}, podSelector: {matchLabels: {pod: x}}}]}]")),
            (from, to, _) => (to.Namespace != "a" || from.Namespace == "b") && (from.Namespace != "b" || to.Key == "a/x"));
        yield return new("one end that allows is not enough", TruthCluster.With(
            Network("b/deny", "podSelector: {}"), Rules("a/out", ingress: false, "{}", ToB)),
            (from, to, _) => to.Namespace != "b" && from.Namespace != "a");
        yield return new("isolation of one direction leaves the other open", TruthCluster.With(
            Network("a/in", "podSelector: {matchLabels: {pod: x}}, policyTypes: [Ingress]"), Network("a/out", "podSelector: {matchLabels: {pod: 'y'}}, policyTypes: [Egress]")),
            (from, to, _) => to.Key != "a/x" && from.Key != "a/y");
        yield return new("every namespace denies and accepts its own pods", TruthCluster.With(
            [.. ((string[])["a", "b", "c"]).Select(name => Network(
                $"{name}/own", "podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {}}]}], egress: [{to: [{podSelector: {}}]}]"))]),
            (from, to, _) => from.Namespace == to.Namespace);
    }

    private static IEnumerable<TruthCase> Priorities()
    {
        foreach (var (first, second, passes) in new[] { ("Accept", "Deny", true), ("Deny", "Accept", false), ("Pass", "Deny", true), ("Deny", "Pass", false) })
        {
            foreach (var tier in (string[])["Admin", "Baseline"])
            {
                yield return new($"{tier}: {first} at priority 1 comes before {second} at 2", TruthCluster.With(
                    Cluster("z", tier, 1, $"{A}, ingress: [{{action: {first}, {B}}}]"), Cluster("a", tier, 2, $"{A}, ingress: [{{action: {second}, {B}}}]")),
                    (from, to, _) => to.Namespace != "a" || from.Namespace != "b" || passes);
                yield return new($"{tier}: at one priority {first} comes before {second} by name", TruthCluster.With(
                    Cluster("a", tier, 7, $"{A}, ingress: [{{action: {first}, {B}}}]"), Cluster("b", tier, 7, $"{A}, ingress: [{{action: {second}, {B}}}]")),
                    (from, to, _) => to.Namespace != "a" || from.Namespace != "b" || passes);
            }
        }

        yield return new("Admin comes before Baseline whatever the priorities", TruthCluster.With(
            Cluster("admin", "Admin", 1000, $"{A}, ingress: [{{action: Deny, {B}}}]"), Cluster("base", "Baseline", 0, $"{A}, ingress: [{{action: Accept, {B}}}]")),
            (from, to, _) => to.Namespace != "a" || from.Namespace != "b");
    }

    private static IEnumerable<TruthCase> RuleOrder()
    {
        yield return new("of two rules the first decides", TruthCluster.With(
            Cluster("p", "Admin", 1, $"{A}, ingress: [{{action: Accept, {X}}}, {{action: Deny, from: [{{namespaces: {{}}}}]}}]")),
            (from, to, _) => to.Namespace != "a" || from.Name == "x");
        yield return new("a rule behind one that denies everybody never decides", TruthCluster.With(
            Cluster("p", "Admin", 1, $"{A}, ingress: [{{action: Deny, from: [{{namespaces: {{}}}}]}}, {{action: Accept, {X}}}]")),
            (_, to, _) => to.Namespace != "a");
        yield return new("Pass leaves the tier to NetworkPolicies, past the rules behind it", TruthCluster.With(
            Cluster("p", "Admin", 1, $"{A}, ingress: [{{action: Pass, {X}}}, {{action: Deny, from: [{{namespaces: {{}}}}]}}]"), Rules("a/b", ingress: true, "{}", FromB)),
            (from, to, _) => to.Namespace != "a" || from.Key == "b/x");
        yield return new("Pass in Admin reaches Baseline where no NetworkPolicy selects", TruthCluster.With(
            Cluster("p", "Admin", 1, $"{A}, ingress: [{{action: Pass, from: [{{namespaces: {{}}}}]}}]"), Cluster("q", "Baseline", 1, $"{A}, ingress: [{{action: Deny, {B}}}]"),
            Rules("a/x", ingress: true, "{matchLabels: {pod: x}}", "[{}]")),
            (from, to, _) => to.Namespace != "a" || to.Name == "x" || from.Namespace != "b");
        yield return new("a port is denied, the others go on", TruthCluster.With(
            Cluster("p", "Admin", 1, $"{A}, ingress: [{{action: Deny, {B}, protocols: [{{tcp: {{destinationPort: {{number: 80}}}}}}]}}, {{action: Accept, {B}}}]"),
            Network("a/deny", "podSelector: {}")),
            (from, to, target) => to.Namespace != "a" || (from.Namespace == "b" && target is not { Protocol: L4Protocol.Tcp, Port: 80 }));
        yield return new("Accept for egress of one end does not speak for the other", TruthCluster.With(
            Cluster("p", "Admin", 1, "subject: {namespaces: {matchLabels: {ns: b}}}, egress: [{action: Accept, to: [{namespaces: {}}]}]"), Network("a/deny", "podSelector: {}")),
            (_, to, _) => to.Namespace != "a");
    }
}
