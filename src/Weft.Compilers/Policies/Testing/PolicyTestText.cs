using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Testing;

/// <summary>Reports of expectations: for people, as JSON, as JUnit's XML.</summary>
/// <param name="placeOf">Where a policy was read from, as <c>FILE:LINE</c>; null where that is not known.</param>
public sealed class PolicyTestText(Func<PolicyRuleName, string?> placeOf)
{
    private const int ShownFailures = 5;

    /// <summary>What failed and why, and a line with the numbers.</summary>
    /// <param name="report">The report.</param>
    /// <param name="verbose">Whether expectations that were met have a line too.</param>
    public string Of(PolicyTestReport report, bool verbose)
    {
        var text = new StringBuilder();
        foreach (var result in report.Results)
        {
            if (result.Outcome != PolicyTestOutcome.Passed || verbose)
                text.Append(CultureInfo.InvariantCulture, $"{Word(result),-5}{result.Expectation.Name} ({result.Expectation.Place})\n");
            if (result.LeftOut is { } why && (verbose || result.Outcome == PolicyTestOutcome.Skipped))
                text.Append(CultureInfo.InvariantCulture, $"       left out: {why}\n");
            var alike = Alike(result);
            foreach (var failures in alike.Take(ShownFailures))
                text.Append(Explain(result.Expectation, failures, "       "));
            if (alike.Count > ShownFailures)
                text.Append(CultureInfo.InvariantCulture, $"       and {alike.Skip(ShownFailures).Sum(failures => failures.Count)} more of {result.Connections} connections\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{report.Passed} of {report.Results.Count} expectations met, {report.Connections} connections checked");
        return text.Append(report.Skipped == 0 ? "\n" : string.Create(CultureInfo.InvariantCulture, $", {report.Skipped} skipped\n")).ToString();
    }

    /// <summary>The report as JSON of a stable shape (docs/policies.md, "Tests").</summary>
    public JsonObject Json(PolicyTestReport report) => new()
    {
        ["passed"] = report.Passed,
        ["failed"] = report.Failed,
        ["skipped"] = report.Skipped,
        ["connections"] = report.Connections,
        ["results"] = new JsonArray([.. report.Results.Select(result => new JsonObject
        {
            ["name"] = result.Expectation.Name,
            ["file"] = result.Expectation.Source,
            ["line"] = result.Expectation.Line,
            ["expect"] = result.Expectation.IsAllowed ? "allowed" : "denied",
            ["outcome"] = result.Outcome.ToString().ToLowerInvariant(),
            ["connections"] = result.Connections,
            ["leftOut"] = result.LeftOut,
            ["failures"] = new JsonArray([.. result.Failures.Select(Json)]),
        })]),
    };

    /// <summary>The report in the XML that CI systems read: a suite for each document, a case for each expectation.</summary>
    public XDocument JUnit(PolicyTestReport report) => new(new XElement(
        "testsuites",
        new XAttribute("tests", report.Results.Count),
        new XAttribute("failures", report.Failed),
        new XAttribute("skipped", report.Skipped),
        report.Results.GroupBy(result => result.Expectation.Suite).Select(file => new XElement(
            "testsuite",
            new XAttribute("name", file.Key),
            new XAttribute("tests", file.Count()),
            new XAttribute("failures", file.Count(result => result.Outcome == PolicyTestOutcome.Failed)),
            new XAttribute("skipped", file.Count(result => result.Outcome == PolicyTestOutcome.Skipped)),
            file.Select(Case)))));

    /// <summary>A port as expectations write it.</summary>
    public static string Show(ExpectedPort port)
    {
        var protocol = port.Protocol is { } number and not ExpectedPort.Icmp ? ExpectedPort.Word(number) + " " : "";
        return (port.Name, port.First, port.IsSingle) switch
        {
            ({ } name, _, _) => $"{protocol}{name}",
            (_, null, _) => "ICMP",
            (_, _, true) => string.Create(CultureInfo.InvariantCulture, $"{protocol}{port.First}"),
            _ => port is { First: 0, Last: ushort.MaxValue } ? $"any {protocol}port" : string.Create(CultureInfo.InvariantCulture, $"{protocol}{port.First}-{port.Last}"),
        };
    }

    private XElement Case(PolicyTestResult result)
    {
        var element = new XElement(
            "testcase",
            new XAttribute("name", result.Expectation.Name),
            new XAttribute("classname", result.Expectation.Suite),
            new XAttribute("file", result.Expectation.Source),
            new XAttribute("line", result.Expectation.Line));
        if (result.Outcome == PolicyTestOutcome.Skipped)
            element.Add(new XElement("skipped", new XAttribute("message", result.LeftOut ?? "")));
        if (result.Failures.Count > 0)
        {
            var text = string.Concat(Alike(result).Select(failures => Explain(result.Expectation, failures, "")));
            element.Add(new XElement("failure", new XAttribute("message", $"{result.Failures.Count} of {result.Connections} connections"), text));
        }

        return element;
    }

    /// <summary>Failures that differ in their ports only.</summary>
    private static List<List<PolicyTestFailure>> Alike(PolicyTestResult result) =>
        [.. result.Failures.GroupBy(failure => (failure.Check.From, failure.Check.To, failure.Found)).Select(alike => alike.ToList())];

    private string Explain(PolicyExpectation expectation, List<PolicyTestFailure> alike, string indent)
    {
        var text = new StringBuilder();
        text.Append(indent).Append("expected: ").Append(alike[0].Check.Ends).Append(" on ").AppendJoin(", ", alike.Select(failure => failure.Check.On));
        text.Append(expectation.IsAllowed ? " is allowed\n" : " is denied\n");
        text.Append(indent).Append("found:    ").Append(alike[0].Found).Append('\n');
        foreach (var (policy, place) in Places(alike[0]))
            text.Append(indent).Append("          ").Append(policy).Append(": ").Append(place).Append('\n');
        return text.ToString();
    }

    private IEnumerable<(string Policy, string Place)> Places(PolicyTestFailure failure) => failure.Deciders
        .SelectMany(step => step.Deciders)
        .Select(rule => (Policy: (rule with { Index = -1 }).ToString(), Place: placeOf(rule)))
        .Where(found => found.Place is not null).Select(found => (found.Policy, found.Place!)).Distinct();

    private JsonNode Json(PolicyTestFailure failure) => new JsonObject
    {
        ["from"] = failure.Check.From.What,
        ["to"] = failure.Check.To.What,
        ["source"] = failure.Check.From.Address.ToString(),
        ["destination"] = failure.Check.To.Address.ToString(),
        ["protocol"] = ExpectedPort.Word(failure.Check.Protocol),
        ["port"] = (int?)failure.Check.Port,
        ["found"] = failure.Found,
        ["decidedBy"] = new JsonArray([.. failure.Deciders.Select(step => new JsonObject
        {
            ["node"] = step.Node,
            ["pod"] = step.Pod,
            ["direction"] = Verdicts.PolicyStep.Word(step.Direction),
            ["accepted"] = step.IsAccepted,
            ["reason"] = step.Reason,
            ["files"] = new JsonArray([.. step.Deciders.Select(placeOf).Distinct().OfType<string>().Select(place => (JsonNode)place)]),
        })]),
    };

    private static string Word(PolicyTestResult result) => result.Outcome switch
    {
        PolicyTestOutcome.Passed => "ok",
        PolicyTestOutcome.Failed => "FAIL",
        _ => "skip",
    };
}
