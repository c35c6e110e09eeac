using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies;

/// <summary>A policy once every field was checked: whom it selects and what it says in each direction.</summary>
internal sealed class CompiledPolicy
{
    /// <summary>Names it in rules and problems; direction and index mean nothing.</summary>
    public required PolicyRuleName Name { get; init; }

    public required PolicyTier Tier { get; init; }

    /// <summary>Within its tier the lower one counts first; 0 for NetworkPolicies, which have none.</summary>
    public int Priority { get; init; }

    /// <summary>Whether it is reported rather than enforced.</summary>
    public required bool IsAudited { get; init; }

    public required PodTerm Subject { get; init; }

    /// <summary>What it says of a direction; null where it says nothing.</summary>
    public PolicyPart? Ingress { get; init; }

    public PolicyPart? Egress { get; init; }

    /// <summary>What is wrong with the object itself.</summary>
    public required Problem[] Flaws { get; init; }

    /// <summary>Named ports that nobody has.</summary>
    public Problem[] MissingPorts { get; set; } = [];

    public IEnumerable<Problem> Problems => Flaws.Concat(MissingPorts);

    public string ObjectName => Name.Namespace.Length == 0 ? $"{Name.Kind} {Name.Policy}" : $"{Name.Kind} {Name.Namespace}/{Name.Policy}";

    public PolicyPart? Part(PolicyDirection direction) => direction == PolicyDirection.Ingress ? Ingress : Egress;

    /// <summary>Pods whose named ports decide what its rules mean.</summary>
    public IEnumerable<PodTerm> Watched => new[] { Ingress, Egress }.OfType<PolicyPart>().SelectMany(part => part.Watched).Distinct();

    /// <summary>Every term that it names.</summary>
    public IEnumerable<RuleTerm> Terms => new[] { Ingress, Egress }.OfType<PolicyPart>().SelectMany(part => part.Terms).Append(Subject);

    /// <summary>The order in which policies count: by tier, then priority, then name.</summary>
    public static int Compare(CompiledPolicy left, CompiledPolicy right)
    {
        var order = (left.Tier, left.Priority).CompareTo((right.Tier, right.Priority));
        if (order == 0)
            order = string.CompareOrdinal(left.Name.Namespace, right.Name.Namespace);
        return order != 0 ? order : string.CompareOrdinal(left.Name.Policy, right.Name.Policy);
    }
}
