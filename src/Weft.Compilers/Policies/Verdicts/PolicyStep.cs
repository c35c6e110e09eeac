using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Verdicts;

/// <summary>What the rules of one node say of a new connection of a pod there.</summary>
/// <param name="Node">The node.</param>
/// <param name="Pod">The pod that policies select, as <c>namespace/name</c>.</param>
/// <param name="Direction">Whether it opens the connection or is to accept it.</param>
/// <param name="IsAccepted">Whether the rules let it pass.</param>
/// <param name="Reason">The rule that decided, the policies by which the pod is isolated, or <c>no policy</c>.</param>
public sealed record PolicyStep(string Node, string Pod, PolicyDirection Direction, bool IsAccepted, string Reason)
{
    /// <summary>The rule that decided; null for a default.</summary>
    public PolicyRuleName? Rule { get; init; }

    /// <summary>The policies by which the pod is isolated, where that decided.</summary>
    public EquatableArray<PolicyRuleName> IsolatedBy { get; init; }

    /// <summary>The hook, and the rule in it, in nft's words.</summary>
    public required string Stage { get; init; }

    /// <summary>The rule of the node's nftables that decided.</summary>
    public required string NftRule { get; init; }

    /// <summary>Why it would be denied if policies under audit were enforced; null when it would not.</summary>
    public string? DeniedUnderAudit { get; init; }

    /// <summary>Every policy that had a part in the decision.</summary>
    public IEnumerable<PolicyRuleName> Deciders => Rule is { } rule ? [rule] : IsolatedBy;

    /// <summary><c>denied at the ingress of default/db on node1: default deny of NetworkPolicy default/db</c>.</summary>
    public override string ToString() =>
        $"{(IsAccepted ? "accepted" : "denied")} at the {Word(Direction)} of {Pod} on {Node}: {Reason}";

    /// <summary><c>ingress</c> or <c>egress</c>.</summary>
    public static string Word(PolicyDirection direction) => direction == PolicyDirection.Ingress ? "ingress" : "egress";
}

/// <summary>What both ends of a connection say of it; null for an end that no policy selects, or that is no pod.</summary>
/// <param name="Egress">The pod that opens it, on its node.</param>
/// <param name="Ingress">The pod that is to accept it, on its node.</param>
public readonly record struct PolicyCrossing(PolicyStep? Egress, PolicyStep? Ingress)
{
    /// <summary>Whether it passes.</summary>
    public bool IsAccepted => Denier is null;

    /// <summary>The end that denies it; null when it passes.</summary>
    public PolicyStep? Denier => Egress is { IsAccepted: false } ? Egress : Ingress is { IsAccepted: false } ? Ingress : null;

    /// <summary>The ends that have a say, in the order in which they are asked.</summary>
    public IEnumerable<PolicyStep> Steps => new[] { Egress, Ingress }.OfType<PolicyStep>();
}
