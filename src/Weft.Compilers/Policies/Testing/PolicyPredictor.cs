using Weft.Compilers.Offline;
using Weft.Compilers.Policies.Verdicts;
using Weft.Compilers.Tracing;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Policies;
using Weft.Model.Services;

namespace Weft.Compilers.Policies.Testing;

/// <summary>Predicts connections by the rules that nodes would have: those of Services on the client's node first, then those of policies on both.</summary>
internal sealed class PolicyPredictor(ClusterSnapshot objects, TraceMap map, PolicyPath policies)
{
    private readonly Dictionary<string, Tracer> _tracers = new(StringComparer.Ordinal);
    private readonly Dictionary<PolicyCheck, PolicyAnswer> _known = [];

    /// <summary>What becomes of a connection.</summary>
    public PolicyAnswer Predict(PolicyCheck check) =>
        _known.TryGetValue(check, out var answer) ? answer : _known[check] = check.Port is { } port && MayBeTranslated(check.To) ? Traced(check, port) : Direct(check);

    private bool MayBeTranslated(TraceEnd to) => objects.Services.Count > 0 && !to.What.StartsWith("pod ", StringComparison.Ordinal);

    private PolicyAnswer Direct(PolicyCheck check) => Answer(
        [policies.Cross(new Connection(check.From.Address, check.To.Address, check.Protocol, check.Port), check.From.Node, check.To.Node)]);

    private PolicyAnswer Traced(PolicyCheck check, ushort port)
    {
        var node = check.From.Node ?? check.To.Node ?? objects.Nodes[0].Metadata.Name;
        if (!_tracers.TryGetValue(node, out var tracer))
            _tracers[node] = tracer = new Tracer(objects, map, node, name => AssumedMachine.Of(objects, name), target: null, policies);
        var report = tracer.Trace(check.From, check.To, port, (L4Protocol)check.Protocol);
        return report.Endpoints.Count == 0
            ? new PolicyAnswer(PolicyOutcome.Unreachable, $"{report.Outcome.ToString().ToLowerInvariant()} before any policy is asked: {report.Reason}", [])
            : Answer(report.Endpoints.Select(endpoint => endpoint.Policies).ToEquatableArray());
    }

    private static PolicyAnswer Answer(EquatableArray<PolicyCrossing> crossings)
    {
        var deniers = crossings.Select(crossing => crossing.Denier).OfType<PolicyStep>().ToList();
        if (deniers.Count == 0)
            return new PolicyAnswer(PolicyOutcome.Allowed, Show(crossings.SelectMany(crossing => crossing.Steps)), crossings);
        return deniers.Count == crossings.Count
            ? new PolicyAnswer(PolicyOutcome.Denied, Show(deniers), crossings)
            : new PolicyAnswer(PolicyOutcome.Partial, $"of {crossings.Count} endpoints {deniers.Count} may not be reached: {Show(deniers)}", crossings);
    }

    private static string Show(IEnumerable<PolicyStep> steps)
    {
        var texts = steps.Select(step => step.ToString()).Distinct().ToList();
        return texts.Count == 0 ? "no policy has a say" : string.Join("; ", texts);
    }
}
