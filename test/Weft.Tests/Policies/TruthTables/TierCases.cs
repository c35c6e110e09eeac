namespace Weft.Tests.Policies.TruthTables;

/// <summary>What Accept, Deny and Pass do in either tier, before and behind NetworkPolicies.</summary>
internal static class TierCases
{
    private const string FromB = "[{PEERS: [{namespaceSelector: {matchLabels: {ns: b}}}]}]";

    // For each action of a ClusterNetworkPolicy that speaks of b: does b pass without a NetworkPolicy, with one that denies all, with one that accepts b?
    private static readonly (string Tier, string Action, string Passes)[] Outcomes =
    [
        ("Admin", "Accept", "yes yes yes"),
        ("Admin", "Deny", "no no no"),
        ("Admin", "Pass", "yes no yes"),
        ("Baseline", "Accept", "yes no yes"),
        ("Baseline", "Deny", "no no yes"),
        ("Baseline", "Pass", "yes no yes"),
    ];

    private static readonly (string Name, string? Rules)[] Namespaced = [("no NetworkPolicy", null), ("one that denies all", "[]"), ("one that accepts b", FromB)];

    public static IEnumerable<TruthCase> All() =>
        from ingress in (bool[])[true, false]
        from outcome in Outcomes
        from number in Enumerable.Range(0, Namespaced.Length)
        select Case(ingress, outcome, Namespaced[number], outcome.Passes.Split(' ')[number] == "yes");

    private static TruthCase Case(bool ingress, (string Tier, string Action, string Passes) outcome, (string Name, string? Rules) namespaced, bool passes)
    {
        var peers = ingress ? "from" : "to";
        var rules = $"{(ingress ? "ingress" : "egress")}: [{{action: {outcome.Action}, {peers}: [{{namespaces: {{matchLabels: {{ns: b}}}}}}]}}]";
        var policy = PolicyYaml.Cluster("b", outcome.Tier, 10, $"subject: {{namespaces: {{matchLabels: {{ns: a}}}}}}, {rules}");
        string[] policies = namespaced.Rules is null ? [policy] : [policy, PolicyYaml.Rules("a/own", ingress, "{}", namespaced.Rules)];
        return new TruthCase(
            $"{outcome.Tier} {outcome.Action} of b for what a {(ingress ? "accepts" : "opens")}, {namespaced.Name}",
            TruthCluster.With(policies),
            (from, to, _) => (ingress ? to : from).Namespace != "a" || ((ingress ? from : to).Namespace == "b" ? passes : namespaced.Rules is null));
    }
}
