using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Weft.Compilers.Policies.Verdicts;

namespace Weft.Compilers.Tracing;

/// <summary>A trace for people, and as JSON of a stable shape (docs/services.md, "Trace").</summary>
public static class TraceText
{
    private const int Red = 31, Green = 32;

    /// <summary>The way, hop by hop, and how it ends.</summary>
    /// <param name="report">The trace.</param>
    /// <param name="colours">Whether a terminal shows it.</param>
    public static string Of(TraceReport report, bool colours)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Show(report.From)} to {Show(report.To)} port {report.Port}/{report.Protocol}, by {report.Target}\n");
        foreach (var hop in report.Hops)
            Append(text, hop, "  ");
        foreach (var endpoint in report.Endpoints)
        {
            var isDenied = endpoint.Policies.Denier is not null;
            var chance = endpoint.Probability.ToString("P1", CultureInfo.InvariantCulture);
            text.Append(CultureInfo.InvariantCulture, $"  {Colour(chance, isDenied ? Red : Green, colours)} {Show(endpoint.End)} port {endpoint.Port}, ");
            text.Append(isDenied ? "denied\n" : endpoint.Masqueraded ? "sees the node's address\n" : "sees the client's address\n");
            foreach (var hop in endpoint.Hops)
                Append(text, hop, "      ");
            if (endpoint.Policies is { Egress.IsAccepted: false, Ingress: { } behind })
                text.Append(CultureInfo.InvariantCulture, $"      behind it: {behind}\n");
        }

        var outcome = report.Outcome.ToString().ToLowerInvariant();
        text.Append(Colour(outcome, report.Outcome == TraceOutcome.Delivered ? Green : Red, colours)).Append(report.Reason is null ? "\n" : $": {report.Reason}\n");
        return text.ToString();
    }

    /// <summary>The same for programs.</summary>
    public static JsonObject Json(TraceReport report) => new()
    {
        ["from"] = Json(report.From),
        ["to"] = Json(report.To),
        ["port"] = report.Port,
        ["protocol"] = report.Protocol,
        ["target"] = report.Target,
        ["outcome"] = report.Outcome.ToString().ToLowerInvariant(),
        ["reason"] = report.Reason,
        ["hops"] = Json(report.Hops),
        ["endpoints"] = new JsonArray([.. report.Endpoints.Select(endpoint => (JsonNode)new JsonObject
        {
            ["what"] = endpoint.End.What, ["address"] = endpoint.End.Address.ToString(), ["node"] = endpoint.End.Node, ["port"] = endpoint.Port,
            ["probability"] = endpoint.Probability, ["masqueraded"] = endpoint.Masqueraded,
            ["verdict"] = endpoint.Policies.IsAccepted ? "allowed" : "denied", ["policies"] = Json(endpoint.Policies), ["hops"] = Json(endpoint.Hops),
        })]),
    };

    private static JsonObject Json(TraceEnd end) => new() { ["what"] = end.What, ["address"] = end.Address.ToString(), ["node"] = end.Node };

    private static JsonArray Json(IEnumerable<TraceHop> hops) => new([.. hops.Select(hop => (JsonNode)new JsonObject
    {
        ["node"] = hop.Node, ["stage"] = hop.Stage, ["rule"] = hop.Rule, ["effect"] = hop.Effect, ["object"] = hop.Object,
    })]);

    private static JsonArray Json(PolicyCrossing policies) => new([.. policies.Steps.Select(step => (JsonNode)new JsonObject
    {
        ["node"] = step.Node, ["pod"] = step.Pod, ["direction"] = PolicyStep.Word(step.Direction), ["accepted"] = step.IsAccepted, ["reason"] = step.Reason,
        ["deciders"] = new JsonArray([.. step.Deciders.Select(rule => (JsonNode)rule.ToString())]), ["deniedUnderAudit"] = step.DeniedUnderAudit,
    })]);

    private static string Show(TraceEnd end) =>
        $"{end.What}{(end.What == end.Address.ToString() ? "" : $" ({end.Address})")}{(end.Node is null || end.What.StartsWith("node ", StringComparison.Ordinal) ? "" : $" on {end.Node}")}";

    private static void Append(StringBuilder text, TraceHop hop, string indent) =>
        text.Append(CultureInfo.InvariantCulture, $"{indent}{hop.Node} {hop.Stage}: {hop.Effect}{(hop.Object is null ? "" : $" [{hop.Object}]")}\n{indent}    {hop.Rule}\n");

    private static string Colour(string text, int code, bool colours) => colours ? string.Create(CultureInfo.InvariantCulture, $"\e[{code}m{text}\e[0m") : text;
}
