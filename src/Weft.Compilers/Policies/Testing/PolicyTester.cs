using Weft.Compilers.Policies.Verdicts;
using Weft.Compilers.Tracing;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Testing;

/// <summary>Checks expectations against the rules that the nodes of a cluster would have, by the packet interpreter. Not for concurrent use.</summary>
public sealed class PolicyTester
{
    private readonly PolicyChecks _checks;
    private readonly PolicyPredictor _predictor;
    private readonly HashSet<(string Namespace, string Name)> _policies;
    private readonly PolicyPath _path;

    /// <summary>A tester of a cluster.</summary>
    /// <param name="objects">Its objects.</param>
    /// <param name="pods">Its pods, with nodes and addresses.</param>
    /// <param name="expectations">What is to be checked, as far as it names domains: these have addresses then.</param>
    public PolicyTester(ClusterSnapshot objects, EquatableArray<Pod> pods, IEnumerable<PolicyExpectation>? expectations = null)
    {
        var names = (expectations ?? []).SelectMany(expectation => expectation.From.Concat(expectation.To)).OfType<DomainEnd>().Select(end => end.Name);
        objects = objects with { Policies = objects.Policies with { DomainAddresses = [.. objects.Policies.DomainAddresses, .. DomainSamples.Of(names)] } };
        var map = new TraceMap(objects, pods);
        _path = new PolicyPath(objects);
        _checks = new PolicyChecks(objects, pods, map, _path);
        _predictor = new PolicyPredictor(objects, map, _path);
        _policies =
        [
            .. objects.Policies.NetworkPolicies.Select(policy => (policy.Metadata.Namespace ?? "", policy.Metadata.Name)),
            .. objects.Policies.ClusterNetworkPolicies.Select(policy => ("", policy.Metadata.Name)),
        ];
    }

    /// <summary>What is wrong with the policies themselves.</summary>
    public EquatableArray<Problem> Problems => _path.Problems;

    /// <summary>The connections that an expectation speaks of.</summary>
    /// <returns>Each once; and what is wrong with the expectation: it means nobody, or a port that is not there.</returns>
    public (EquatableArray<PolicyCheck> Checks, EquatableArray<string> Problems) ChecksOf(PolicyExpectation expectation)
    {
        var (checks, problems) = _checks.Of(expectation);
        if (expectation.By is { Policy: not null } by && !_policies.Any(policy => by.MeansPolicy(policy.Namespace, policy.Name)))
            problems.Add($"by: there is no policy '{by.Text}'; there are {string.Join(", ", _policies.Select(policy => new ObjectKey(policy.Namespace, policy.Name).ToString()).Order(StringComparer.Ordinal))}");
        return (checks.ToEquatableArray(), problems.Distinct().Select(problem => $"{expectation.Place}: {expectation.Name}: {problem}").ToEquatableArray());
    }

    /// <summary>What the rules do with a connection.</summary>
    public PolicyAnswer Predict(PolicyCheck check) => _predictor.Predict(check);

    /// <summary>Holds what happens against an expectation.</summary>
    /// <param name="expectation">The expectation.</param>
    /// <param name="check">One of its connections.</param>
    /// <param name="answer">What becomes of that.</param>
    /// <returns>What is other than expected; null when nothing is.</returns>
    public static PolicyTestFailure? Compare(PolicyExpectation expectation, PolicyCheck check, PolicyAnswer answer)
    {
        if (answer.Outcome != (expectation.IsAllowed ? PolicyOutcome.Allowed : PolicyOutcome.Denied))
            return new PolicyTestFailure(check, answer.Why, answer.Deciders.ToEquatableArray());
        return expectation.By is { } by && !answer.Crossings.All(crossing => IsDecidedBy(crossing, by))
            ? new PolicyTestFailure(check, $"{(expectation.IsAllowed ? "allowed" : "denied")} as expected, but not by {by.Text}: {answer.Why}", answer.Deciders.ToEquatableArray())
            : null;
    }

    /// <summary>Checks expectations offline.</summary>
    /// <param name="expectations">Expectations and their connections.</param>
    public PolicyTestReport Run(IEnumerable<(PolicyExpectation Expectation, EquatableArray<PolicyCheck> Checks)> expectations) => new(expectations
        .Select(item => new PolicyTestResult(
            item.Expectation,
            item.Checks.Count,
            item.Checks.Select(check => Compare(item.Expectation, check, Predict(check))).OfType<PolicyTestFailure>().ToEquatableArray()))
        .ToEquatableArray());

    private static bool IsDecidedBy(PolicyCrossing crossing, ExpectedDecider by)
    {
        IEnumerable<PolicyRuleName> deciders = crossing.Denier is { } denier ? denier.Deciders : crossing.Steps.SelectMany(step => step.Deciders);
        return by.Policy is null ? !deciders.Any() : deciders.Any(by.Means);
    }
}
