using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Nftables;

/// <summary>A class that pods of this node have.</summary>
/// <param name="class">Its rules.</param>
/// <param name="number">Its number, with <see cref="PolicySets.RangedFlag"/> where that holds.</param>
/// <param name="rules">The rules, settled.</param>
internal sealed class ClassState(PolicyClass @class, uint number, ClassRules rules)
{
    public PolicyClass Class { get; } = @class;

    public uint Number { get; } = number;

    public ClassRules Rules { get; } = rules;

    /// <summary>False once it has gone.</summary>
    public bool IsOpen { get; set; } = true;

    /// <summary>Whether it had too many verdicts, so that it denies everything.</summary>
    public bool IsTooLarge { get; set; }

    /// <summary>Elements by identity, with those of everybody; none for an identity that has no others.</summary>
    public Dictionary<uint, VerdictElements> Verdicts { get; set; } = [];

    /// <summary>Number of elements.</summary>
    public int Size { get; set; }

    /// <summary>Pods that have it.</summary>
    public int Count { get; set; }

    /// <summary>How many more the plan brings.</summary>
    public int Planned { get; set; }

    public int After => Count + Planned;
}
