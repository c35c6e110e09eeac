using Weft.Compilers.Policies.Verdicts;
using Weft.Model;

namespace Weft.Compilers.Policies.Testing;

/// <summary>What became of expectations.</summary>
/// <param name="Results">One for each, in their order.</param>
public sealed record PolicyTestReport(EquatableArray<PolicyTestResult> Results)
{
    /// <summary>How many were met.</summary>
    public int Passed => Results.Count(result => result.Outcome == PolicyTestOutcome.Passed);

    /// <summary>How many were not.</summary>
    public int Failed => Results.Count(result => result.Outcome == PolicyTestOutcome.Failed);

    /// <summary>How many could not be checked here.</summary>
    public int Skipped => Results.Count(result => result.Outcome == PolicyTestOutcome.Skipped);

    /// <summary>Connections that were checked.</summary>
    public int Connections => Results.Sum(result => result.Connections);
}

/// <summary>What became of an expectation.</summary>
public enum PolicyTestOutcome
{
    /// <summary>Every connection does what is expected.</summary>
    Passed,

    /// <summary>One does not.</summary>
    Failed,

    /// <summary>None of its connections can be made here.</summary>
    Skipped,
}

/// <summary>What became of one expectation.</summary>
/// <param name="Expectation">The expectation.</param>
/// <param name="Connections">How many connections of it were checked.</param>
/// <param name="Failures">Those that do something else.</param>
public sealed record PolicyTestResult(PolicyExpectation Expectation, int Connections, EquatableArray<PolicyTestFailure> Failures)
{
    /// <summary>Why connections of it were left out; null when none was.</summary>
    public string? LeftOut { get; init; }

    /// <summary>What became of it.</summary>
    public PolicyTestOutcome Outcome => Failures.Count > 0 ? PolicyTestOutcome.Failed : Connections == 0 ? PolicyTestOutcome.Skipped : PolicyTestOutcome.Passed;
}

/// <summary>A connection that does not do what is expected.</summary>
/// <param name="Check">The connection.</param>
/// <param name="Found">What happens, and why.</param>
/// <param name="Deciders">The verdicts that make it so.</param>
public sealed record PolicyTestFailure(PolicyCheck Check, string Found, EquatableArray<PolicyStep> Deciders);
