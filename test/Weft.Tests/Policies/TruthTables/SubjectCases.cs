namespace Weft.Tests.Policies.TruthTables;

/// <summary>Whom policies select, and in which directions that isolates.</summary>
internal static class SubjectCases
{
    // podSelector of a policy in namespace a, and whom it selects.
    private static readonly (string Yaml, string Who)[] Subjects =
    [
        ("{}", "a/*"),
        ("{matchLabels: {pod: 'y'}}", "a/y"),
        ("{matchExpressions: [{key: pod, operator: In, values: [x, z]}]}", "a/x a/z"),
        ("{matchExpressions: [{key: pod, operator: NotIn, values: [x, nobody]}]}", "a/y a/z"),
        ("{matchExpressions: [{key: other, operator: DoesNotExist}]}", "a/*"),
        ("{matchLabels: {pod: nobody}}", ""),
    ];

    // Types and rules; which directions are isolated, and in which of them everybody is accepted again.
    private static readonly (string Yaml, string Isolated, string Open)[] Directions =
    [
        ("", "in", ""),
        ("policyTypes: [Ingress]", "in", ""),
        ("policyTypes: [Egress]", "out", ""),
        ("policyTypes: [Ingress, Egress]", "in out", ""),
        ("egress: [{}]", "in out", "out"),
        ("policyTypes: [Egress], egress: [{}]", "out", "out"),
        ("policyTypes: [Ingress], egress: [{}]", "in", ""),
        ("policyTypes: [Ingress, Egress], ingress: [{}]", "in out", "in"),
    ];

    public static IEnumerable<TruthCase> All() =>
        from subject in Subjects
        from direction in Directions
        select Case(subject, direction);

    private static TruthCase Case((string Yaml, string Who) subject, (string Yaml, string Isolated, string Open) direction)
    {
        var selected = new TruthPods(subject.Who);
        var (into, outOf) = (Closed(direction, "in"), Closed(direction, "out"));
        return new TruthCase(
            $"{(subject.Who.Length == 0 ? "nobody" : subject.Who)} under {(direction.Yaml.Length == 0 ? "no types" : direction.Yaml)} by {subject.Yaml}",
            TruthCluster.With(PolicyYaml.Network("a/isolate", $"podSelector: {subject.Yaml}{(direction.Yaml.Length == 0 ? "" : ", ")}{direction.Yaml}")),
            (from, to, _) => !(into && selected.Has(to)) && !(outOf && selected.Has(from)));
    }

    private static bool Closed((string Yaml, string Isolated, string Open) direction, string word) =>
        direction.Isolated.Split(' ').Contains(word) && !direction.Open.Split(' ').Contains(word);
}
