using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Testing;

/// <summary>Expectations of one document (docs/policies.md, "Tests").</summary>
/// <param name="Name">What it is called in reports.</param>
/// <param name="Source">The file.</param>
/// <param name="Manifests">Files and folders that it wants to be read, as it names them: relative to its own folder.</param>
/// <param name="Expectations">What is expected, in the order of the document.</param>
public sealed record PolicyTestDocument(string Name, string Source, EquatableArray<string> Manifests, EquatableArray<PolicyExpectation> Expectations);

/// <summary>Who is to reach whom on what, or not to.</summary>
/// <param name="Name">What it is called in reports.</param>
/// <param name="Source">The file that says so.</param>
/// <param name="Line">The line, from 1.</param>
public sealed record PolicyExpectation(string Name, string Source, int Line)
{
    /// <summary>Who connects; every one of them is meant.</summary>
    public required EquatableArray<PolicyEnd> From { get; init; }

    /// <summary>To whom; every one of them is meant.</summary>
    public required EquatableArray<PolicyEnd> To { get; init; }

    /// <summary>On what; empty for every port that the destination declares.</summary>
    public EquatableArray<ExpectedPort> Ports { get; init; }

    /// <summary>Whether policies are to let it pass.</summary>
    public required bool IsAllowed { get; init; }

    /// <summary>Who is to be the one that decides; null for whoever does.</summary>
    public ExpectedDecider? By { get; init; }

    /// <summary>The name of its document.</summary>
    public string Suite { get; init; } = Source;

    /// <summary><c>FILE:LINE</c>.</summary>
    public string Place => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Source}:{Line}");
}

/// <summary>The policy, or the rule of it, that is to decide.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Namespace">Its namespace; null for any, or for a kind without.</param>
/// <param name="Policy">Its name; null when nobody is to say anything.</param>
/// <param name="Direction">The list of the rule; null for any.</param>
/// <param name="Index">The rule; null for any, the default among them.</param>
public sealed record ExpectedDecider(string Text, string? Namespace, string? Policy, PolicyDirection? Direction, int? Index)
{
    /// <summary>Whether a rule or policy is meant.</summary>
    public bool Means(PolicyRuleName rule) =>
        MeansPolicy(rule.Namespace, rule.Policy) && (Direction is null || Direction == rule.Direction) && (Index is null || Index == rule.Index);

    /// <summary>Whether a policy is meant, whatever the rule.</summary>
    public bool MeansPolicy(string @namespace, string policy) =>
        policy == Policy && (Namespace is null || @namespace.Length == 0 || @namespace == Namespace);
}
