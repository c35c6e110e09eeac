namespace Weft.Model.Policies;

/// <summary>All rules that hold for a set of pods in one direction; pods whose rules are the same share it.</summary>
/// <remarks>
/// The order of policy.networking.k8s.io/v1alpha2: the tier Admin, then NetworkPolicies, then the tier Baseline. In Admin and Baseline the first rule
/// that matches decides, and Pass leaves the tier. NetworkPolicies accept what any of them accepts; where one isolates the pod, the rest is denied.
/// What nobody decides is accepted.
/// </remarks>
public sealed record PolicyClass(PolicyDirection Direction)
{
    /// <summary>Whether it is there to report what it would deny; never equal to a class that denies, so that the kernel counts for each by itself.</summary>
    public bool IsAudited { get; init; }

    /// <summary>Rules of the tier Admin, the one that counts first in front.</summary>
    public EquatableArray<PolicyRule> Admin { get; init; }

    /// <summary>Rules of NetworkPolicies, all of which accept.</summary>
    public EquatableArray<PolicyRule> Namespaced { get; init; }

    /// <summary>NetworkPolicies that isolate the pods in this direction, sorted; empty when none does.</summary>
    public EquatableArray<PolicyRuleName> IsolatedBy { get; init; }

    /// <summary>Rules of the tier Baseline, the one that counts first in front.</summary>
    public EquatableArray<PolicyRule> Baseline { get; init; }

    /// <summary>All policies that have a say, each once.</summary>
    public IEnumerable<PolicyIdentity> AllPolicies() =>
        Admin.Concat(Namespaced).Concat(Baseline).Select(rule => rule.Name).Concat(IsolatedBy).Select(PolicyIdentity.Of).Distinct();

    /// <summary>Decides a new connection.</summary>
    /// <param name="peer">The other end; null for one that no rule names.</param>
    /// <param name="protocol">IANA protocol number.</param>
    /// <param name="port">Destination port; null for protocols that have none.</param>
    public PolicyDecision Decide(PeerIdentity? peer, byte protocol, ushort? port)
    {
        if (First(Admin, peer, protocol, port) is { Action: not PolicyAction.Pass } admin)
            return new PolicyDecision(admin.Action == PolicyAction.Accept, admin.Name);
        if (IsolatedBy.Count > 0)
            return First(Namespaced, peer, protocol, port) is { } accepted ? new PolicyDecision(true, accepted.Name) : new PolicyDecision(false, null);
        return First(Baseline, peer, protocol, port) is { Action: not PolicyAction.Pass } baseline
            ? new PolicyDecision(baseline.Action == PolicyAction.Accept, baseline.Name)
            : new PolicyDecision(true, null);
    }

    /// <summary>The tier in which a decision of this class was made; null where nobody said anything.</summary>
    public PolicyTier? TierOf(PolicyDecision decision) => decision.Rule is not { } rule ? (decision.IsAccepted ? null : PolicyTier.NetworkPolicy)
        : Has(Namespaced, rule) ? PolicyTier.NetworkPolicy
        : Has(Admin, rule) ? PolicyTier.Admin : PolicyTier.Baseline;

    private static bool Has(EquatableArray<PolicyRule> rules, PolicyRuleName name)
    {
        foreach (var rule in rules)
        {
            if (rule.Name == name)
                return true;
        }

        return false;
    }

    private static PolicyRule? First(EquatableArray<PolicyRule> rules, PeerIdentity? peer, byte protocol, ushort? port)
    {
        foreach (var rule in rules)
        {
            if (rule.MatchesPeer(peer) && rule.MatchesPort(protocol, port))
                return rule;
        }

        return null;
    }
}

/// <summary>What happens to a connection, and why.</summary>
/// <param name="IsAccepted">Whether it passes.</param>
/// <param name="Rule">The rule that decided; null for the default: denied because isolated, or accepted because nobody said anything.</param>
public readonly record struct PolicyDecision(bool IsAccepted, PolicyRuleName? Rule);
