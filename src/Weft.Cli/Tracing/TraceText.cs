using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Weft.Compilers.Tracing;

namespace Weft.Cli.Tracing;

/// <summary>A trace for people, and as JSON of a stable shape (docs/services.md, "Trace").</summary>
internal static class TraceText
{
    public static string Of(TraceReport report, bool colours)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Show(report.From)} to {Show(report.To)} port {report.Port}/{report.Protocol}, by {report.Target}\n");
        foreach (var hop in report.Hops)
            Append(text, hop, "  ");
        foreach (var endpoint in report.Endpoints)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {Colour(endpoint.Probability.ToString("P1", CultureInfo.InvariantCulture), 32, colours)} {Show(endpoint.End)} port {endpoint.Port}, ");
            text.Append(endpoint.Masqueraded ? "sees the node's address\n" : "sees the client's address\n");
            foreach (var hop in endpoint.Hops)
                Append(text, hop, "      ");
        }

        var outcome = report.Outcome.ToString().ToLowerInvariant();
        text.Append(Colour(outcome, report.Outcome == TraceOutcome.Delivered ? 32 : 31, colours)).Append(report.Reason is null ? "\n" : $": {report.Reason}\n");
        return text.ToString();
    }

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
            ["probability"] = endpoint.Probability, ["masqueraded"] = endpoint.Masqueraded, ["hops"] = Json(endpoint.Hops),
        })]),
    };

    private static JsonObject Json(TraceEnd end) => new() { ["what"] = end.What, ["address"] = end.Address.ToString(), ["node"] = end.Node };

    private static JsonArray Json(IEnumerable<TraceHop> hops) => new([.. hops.Select(hop => (JsonNode)new JsonObject
    {
        ["node"] = hop.Node, ["stage"] = hop.Stage, ["rule"] = hop.Rule, ["effect"] = hop.Effect, ["object"] = hop.Object,
    })]);

    private static string Show(TraceEnd end) =>
        $"{end.What}{(end.What == end.Address.ToString() ? "" : $" ({end.Address})")}{(end.Node is null || end.What.StartsWith("node ", StringComparison.Ordinal) ? "" : $" on {end.Node}")}";

    private static void Append(StringBuilder text, TraceHop hop, string indent) =>
        text.Append(CultureInfo.InvariantCulture, $"{indent}{hop.Node} {hop.Stage}: {hop.Effect}{(hop.Object is null ? "" : $" [{hop.Object}]")}\n{indent}    {hop.Rule}\n");

    private static string Colour(string text, int code, bool colours) => colours ? string.Create(CultureInfo.InvariantCulture, $"\e[{code}m{text}\e[0m") : text;
}
