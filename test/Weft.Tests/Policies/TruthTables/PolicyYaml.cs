namespace Weft.Tests.Policies.TruthTables;

/// <summary>Policies as users write them, put together from parts.</summary>
internal static class PolicyYaml
{
    /// <summary>A NetworkPolicy.</summary>
    /// <param name="name">Namespace and name: <c>a/deny</c>.</param>
    /// <param name="spec">Its fields, one to a line or in braces.</param>
    public static string Network(string name, string spec) => $$"""
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {namespace: {{name.Split('/')[0]}}, name: {{name.Split('/')[1]}}}
        spec: { {{spec}} }
        """;

    /// <summary>A ClusterNetworkPolicy.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="tier">Admin or Baseline.</param>
    /// <param name="priority">0 to 1000.</param>
    /// <param name="spec">Subject and rules.</param>
    public static string Cluster(string name, string tier, int priority, string spec) => $$"""
        apiVersion: policy.networking.k8s.io/v1alpha2
        kind: ClusterNetworkPolicy
        metadata: {name: {{name}}}
        spec: { tier: {{tier}}, priority: {{priority.ToString(System.Globalization.CultureInfo.InvariantCulture)}}, {{spec}} }
        """;

    /// <summary>A NetworkPolicy whose one rule is about peers.</summary>
    /// <param name="name">Namespace and name.</param>
    /// <param name="ingress">The direction.</param>
    /// <param name="subject">Labels of the pods, in braces.</param>
    /// <param name="rules">Rules of that direction, in brackets, with PEERS for from or to.</param>
    public static string Rules(string name, bool ingress, string subject, string rules)
    {
        var (type, list, peers) = ingress ? ("Ingress", "ingress", "from") : ("Egress", "egress", "to");
        return Network(name, $"podSelector: {subject}, policyTypes: [{type}], {list}: {rules.Replace("PEERS", peers, StringComparison.Ordinal)}");
    }
}
