namespace Weft.Model.Policies;

/// <summary>Names a user's policy.</summary>
/// <param name="Kind"><c>NetworkPolicy</c> or <c>ClusterNetworkPolicy</c>.</param>
/// <param name="Namespace">Its namespace; empty for cluster-wide kinds.</param>
/// <param name="Name">Its name.</param>
public sealed record PolicyIdentity(string Kind, string Namespace, string Name)
{
    /// <summary>The policy of a rule.</summary>
    public static PolicyIdentity Of(PolicyRuleName rule) => new(rule.Kind, rule.Namespace, rule.Policy);

    /// <summary><c>NetworkPolicy default/db</c>.</summary>
    public override string ToString() => Namespace.Length == 0 ? $"{Kind} {Name}" : $"{Kind} {Namespace}/{Name}";
}
