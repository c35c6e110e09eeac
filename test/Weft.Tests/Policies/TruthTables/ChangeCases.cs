using static Weft.Tests.Policies.TruthTables.PolicyYaml;

namespace Weft.Tests.Policies.TruthTables;

/// <summary>Objects that change and go while everything else stays: each case follows the one before.</summary>
internal static class ChangeCases
{
    private const string OnlyX = "[{PEERS: [{namespaceSelector: {}, podSelector: {matchLabels: {pod: x}}}]}]", OnlyB = "[{PEERS: [{namespaceSelector: {matchLabels: {ns: b}}}]}]";

    public static IEnumerable<TruthCase> All() => Policies().Concat(PodLabels()).Concat(NamespaceLabels()).Concat(ClusterPolicies());

    private static IEnumerable<TruthCase> Policies()
    {
        yield return new("change: nothing", TruthCluster.With(), (_, _, _) => true);
        yield return new("change: a policy comes", TruthCluster.With(Network("a/p", "podSelector: {}")), (_, to, _) => to.Namespace != "a");
        yield return new("change: it accepts x", TruthCluster.With(Rules("a/p", ingress: true, "{}", OnlyX)), (from, to, _) => to.Namespace != "a" || from.Name == "x");
        yield return new("change: it accepts b instead", TruthCluster.With(Rules("a/p", ingress: true, "{}", OnlyB)), (from, to, _) => to.Namespace != "a" || from.Namespace == "b");
        yield return new("change: it turns to egress", TruthCluster.With(Rules("a/p", ingress: false, "{}", OnlyB)), (from, to, _) => from.Namespace != "a" || to.Namespace == "b");
        yield return new("change: it selects one pod", TruthCluster.With(Rules("a/p", ingress: false, "{matchLabels: {pod: z}}", OnlyB)), (from, to, _) => from.Key != "a/z" || to.Namespace == "b");
        yield return new("change: another one joins it", TruthCluster.With(Rules("a/p", ingress: false, "{matchLabels: {pod: z}}", OnlyB), Rules("a/q", ingress: false, "{}", OnlyX)),
            (from, to, _) => from.Namespace != "a" || to.Name == "x" || (from.Name == "z" && to.Namespace == "b"));
        yield return new("change: the first one goes", TruthCluster.With(Rules("a/q", ingress: false, "{}", OnlyX)), (from, to, _) => from.Namespace != "a" || to.Name == "x");
        yield return new("change: the last one goes", TruthCluster.With(), (_, _, _) => true);
    }

    private static IEnumerable<TruthCase> PodLabels()
    {
        var before = TruthCluster.With(Rules("a/p", ingress: true, "{matchLabels: {pod: x}}", OnlyX));
        yield return new("labels: of nobody yet", before, (from, to, _) => to.Key != "a/x" || from.Name == "x");
        yield return new("labels: a peer gets them", before.Relabel("b/y", ("pod", "x")), (from, to, _) => to.Key != "a/x" || from.Name == "x" || from.Key == "b/y");
        yield return new("labels: a peer loses them", before.Relabel("b/x", ("pod", "other")), (from, to, _) => to.Key != "a/x" || (from.Name == "x" && from.Key != "b/x"));
        yield return new("labels: the subject gets others", before.Relabel("a/x", ("pod", "other")), (_, _, _) => true);
        yield return new("labels: a second subject", before.Relabel("a/y", ("pod", "x")), (from, to, _) => to.Key is not ("a/x" or "a/y") || from.Name == "x" || from.Key == "a/y");
        yield return new("labels: all gone", before.Relabel("b/x"), (from, to, _) => to.Key != "a/x" || (from.Name == "x" && from.Key != "b/x"));
        yield return new("labels: back again", before, (from, to, _) => to.Key != "a/x" || from.Name == "x");
    }

    private static IEnumerable<TruthCase> NamespaceLabels()
    {
        var before = TruthCluster.With(Rules("a/p", ingress: true, "{}", OnlyB));
        yield return new("namespaces: b is a peer", before, (from, to, _) => to.Namespace != "a" || from.Namespace == "b");
        yield return new("namespaces: c becomes one", before.RelabelNamespace("c", ("ns", "b")), (from, to, _) => to.Namespace != "a" || from.Namespace is "b" or "c");
        yield return new("namespaces: b is none any more", before.RelabelNamespace("b", ("ns", "other")), (_, to, _) => to.Namespace != "a");
        yield return new("namespaces: by its name, whatever its labels", TruthCluster.With(
            Rules("a/p", ingress: true, "{}", "[{PEERS: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: b}}}]}]")).RelabelNamespace("b"),
            (from, to, _) => to.Namespace != "a" || from.Namespace == "b");
    }

    private static IEnumerable<TruthCase> ClusterPolicies()
    {
        const string rules = "ingress: [{action: Deny, from: [{namespaces: {matchLabels: {ns: c}}}]}]", accept = "ingress: [{action: Accept, from: [{namespaces: {}}]}]";
        var deny = Cluster("deny", "Admin", 20, $"subject: {{namespaces: {{matchLabels: {{team: mine}}}}}}, {rules}");
        var before = TruthCluster.With(deny);
        yield return new("cluster policies: of nobody's namespace", before, (_, _, _) => true);
        yield return new("cluster policies: a namespace joins the team", before.RelabelNamespace("a", ("ns", "a"), ("team", "mine")), (from, to, _) => to.Namespace != "a" || from.Namespace != "c");
        yield return new("cluster policies: another one accepts, later", Team(deny, Cluster("accept", "Admin", 30, $"subject: {{namespaces: {{}}}}, {accept}")),
            (from, to, _) => to.Namespace != "a" || from.Namespace != "c");
        yield return new("cluster policies: and now before it", Team(deny, Cluster("accept", "Admin", 10, $"subject: {{namespaces: {{}}}}, {accept}")), (_, _, _) => true);
        yield return new("cluster policies: moved to Baseline behind a NetworkPolicy", Team(
            Cluster("deny", "Baseline", 20, $"subject: {{namespaces: {{matchLabels: {{team: mine}}}}}}, {rules}"), Rules("a/p", ingress: true, "{matchLabels: {pod: x}}", "[{}]")),
            (from, to, _) => to.Namespace != "a" || to.Name == "x" || from.Namespace != "c");
        yield return new("cluster policies: all gone", TruthCluster.With(), (_, _, _) => true);

        static Oracle.OracleCluster Team(params string[] policies) => TruthCluster.With(policies).RelabelNamespace("a", ("ns", "a"), ("team", "mine"));
    }
}
