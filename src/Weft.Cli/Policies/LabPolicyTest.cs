using Weft.Cli.Commands;
using Weft.Cli.Rendering;
using Weft.Compilers.Policies.Testing;
using Weft.Lab;
using Weft.Lab.Control;
using Weft.Lab.Probing;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Cli.Policies;

/// <summary>Expectations held against the kernel of a running lab, by packets that its pods and nodes send.</summary>
internal static class LabPolicyTest
{
    private const string Domain = "domain ";

    // What one line on the control socket has room for.
    private const int AtOnce = 300;

    // A packet that a policy drops is waited for in vain; a busy machine is given more time once it looks like one.
    private const int FirstTimeout = 1000, LaterTimeout = 3000;

    // A policy holds a moment after it was written.
    private const int Attempts = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Measures every connection that a lab can make.</summary>
    /// <exception cref="UsageException">An expectation means nobody in the lab.</exception>
    /// <exception cref="LabException">The lab does not run.</exception>
    public static async Task<PolicyTestReport> RunAsync(LabDirectory lab, PolicyTestInputs inputs, CancellationToken ct)
    {
        var cluster = await ClusterSource.LiveAsync(ClusterSource.KubeconfigOf(lab), ct);
        var tester = new PolicyTester(cluster.Objects, cluster.Pods, inputs.Expectations);
        var planned = PolicyTestCommand.Checks(tester, inputs);
        var measured = await MeasureAsync(lab, planned, ct);
        return new PolicyTestReport(planned.Select(item => Judge(tester, item.Expectation, item.Checks, measured)).ToEquatableArray());
    }

    /// <summary>Measures all of them; what comes out otherwise than expected is measured again.</summary>
    private static async Task<Dictionary<PolicyCheck, ProbeResult>> MeasureAsync(
        LabDirectory lab, List<(PolicyExpectation Expectation, EquatableArray<PolicyCheck> Checks)> planned, CancellationToken ct)
    {
        var expected = planned.SelectMany(item => item.Checks.Select(check => (Check: check, item.Expectation.IsAllowed))).Where(item => WhyNot(item.Check) is null).ToList();
        var measured = new Dictionary<PolicyCheck, ProbeResult>();
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var open = expected.Where(item => !measured.TryGetValue(item.Check, out var result) || Passes(result) != item.IsAllowed).Select(item => item.Check).Distinct().ToList();
            if (open.Count == 0)
                break;
            if (attempt > 0)
                await Task.Delay(Pause, ct);
            foreach (var part in open.Chunk(AtOnce))
            {
                var results = await ProbeAsync(lab, part, attempt == 0 ? FirstTimeout : LaterTimeout, ct);
                foreach (var (check, result) in part.Zip(results))
                    measured[check] = result;
            }
        }

        return measured;
    }

    private static async Task<IReadOnlyList<ProbeResult>> ProbeAsync(LabDirectory lab, PolicyCheck[] checks, int timeout, CancellationToken ct)
    {
        var pairs = checks.Select(check => new ProbePair(
            check.From.What.StartsWith("pod ", StringComparison.Ordinal) ? check.From.What[4..] : $"node/{check.From.Node}",
            check.To.What,
            check.To.Address.ToString(),
            check.Port!.Value,
            check.Protocol == (byte)L4Protocol.Udp ? "udp" : "tcp") { Host = DomainOf(check) });
        var request = new ProbeRequest("tcp") { Pairs = [.. pairs], TimeoutMilliseconds = timeout };
        return (await ControlClient.AskAsync(lab, new ControlRequest(ControlVerb.Probe) { Probe = request }, ct: ct)).Report!.Results;
    }

    private static PolicyTestResult Judge(
        PolicyTester tester, PolicyExpectation expectation, EquatableArray<PolicyCheck> checks, Dictionary<PolicyCheck, ProbeResult> measured)
    {
        var made = checks.Where(check => measured.TryGetValue(check, out var result) && result.Error != Prober.Unnamed).ToList();
        var failures = made.Select(check => Compare(tester, expectation, check, measured[check])).OfType<PolicyTestFailure>().ToEquatableArray();
        return new PolicyTestResult(expectation, made.Count, failures)
        {
            LeftOut = checks.Except(made).Select(check => WhyNot(check) ?? $"cluster DNS has no {(check.To.Address.IsV6 ? "IPv6" : "IPv4")} address of {DomainOf(check)}").FirstOrDefault(),
        };
    }

    private static PolicyTestFailure? Compare(PolicyTester tester, PolicyExpectation expectation, PolicyCheck check, ProbeResult result)
    {
        var answer = tester.Predict(check);
        if (Passes(result) == expectation.IsAllowed)
            return expectation.By is null ? null : PolicyTester.Compare(expectation, check, answer);
        var measured = result.Reached ? "it was reached" : $"it was not reached ({result.Error})";
        return new PolicyTestFailure(check, $"{measured}; by the policies of the lab: {answer.Outcome.ToString().ToLowerInvariant()}, {answer.Why}", answer.Deciders.ToEquatableArray());
    }

    /// <summary>A refusal has come from the other end: policies let both pass. They never refuse, they drop.</summary>
    private static bool Passes(ProbeResult result) => result.Reached || result.Error == Prober.Refused;

    /// <summary>The name that a connection leads to: whoever makes it asks cluster DNS first.</summary>
    private static string? DomainOf(PolicyCheck check) => check.To.What.StartsWith(Domain, StringComparison.Ordinal) ? check.To.What[Domain.Length..] : null;

    /// <summary>Why a lab cannot make a connection; null when it can.</summary>
    private static string? WhyNot(PolicyCheck check) => check switch
    {
        { From.Node: null } => $"nobody in a lab has the address {check.From.Address}",
        { To.Node: null } when !check.To.What.StartsWith("service ", StringComparison.Ordinal) && DomainOf(check) is null => $"nobody in a lab has the address {check.To.Address}",
        { Port: null } => "ICMP is not measured",
        { Protocol: not ((byte)L4Protocol.Tcp or (byte)L4Protocol.Udp) } => $"{ExpectedPort.Word(check.Protocol)} is not measured",
        _ => null,
    };
}
