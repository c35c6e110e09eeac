using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Reach;

/// <summary>What policies mean for a pod.</summary>
/// <param name="Pod">The pod, as <c>namespace/name</c>.</param>
/// <param name="Node">Its node.</param>
/// <param name="Addresses">Its addresses.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Ingress">What it accepts.</param>
/// <param name="Egress">What it opens.</param>
public sealed record PolicyExplanation(string Pod, string Node, EquatableArray<IpAddress> Addresses, string Labels, ExplainedDirection Ingress, ExplainedDirection Egress)
{
    /// <summary>Why policies have no say at all; null when they may have.</summary>
    public string? Unpoliced { get; init; }
}

/// <summary>What policies mean for one direction of a pod.</summary>
/// <param name="Direction">The direction.</param>
/// <param name="IsolatedBy">NetworkPolicies that isolate it; empty when none does.</param>
/// <param name="Policies">Every policy that has a rule for it.</param>
/// <param name="Rules">The rules, in the order in which they are asked; empty when no policy selects it.</param>
public sealed record ExplainedDirection(
    PolicyDirection Direction, EquatableArray<PolicyRuleName> IsolatedBy, EquatableArray<PolicyRuleName> Policies, EquatableArray<string> Rules)
{
    /// <summary>With whom connections pass, as both ends have it.</summary>
    public EquatableArray<ExplainedPeers> Allowed { get; init; }

    /// <summary>With whom none does.</summary>
    public EquatableArray<ExplainedPeers> Denied { get; init; }

    /// <summary>Connections that pass, and would not if policies under audit were enforced.</summary>
    public EquatableArray<ExplainedPeers> DeniedUnderAudit { get; init; }
}

/// <summary>Others that fare the same with a pod.</summary>
/// <param name="Who">Who they are.</param>
/// <param name="Ports">On what.</param>
/// <param name="By">The rules that decide.</param>
public sealed record ExplainedPeers(EquatableArray<string> Who, EquatableArray<PortPiece> Ports, string By);
