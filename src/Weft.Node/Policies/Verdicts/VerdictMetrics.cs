using System.Globalization;
using System.Text;
using Weft.Compilers.Policies.Nftables;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Node.Policies.Verdicts;

/// <summary>Figures of verdicts, for <c>/metrics</c>.</summary>
/// <remarks>
/// A default deny is of all policies that isolate the pod: its label <c>policy</c> has their names in order, with commas between, so that nothing is counted twice.
/// </remarks>
internal sealed class VerdictMetrics(RuleCounters counters, VerdictTally tally, VerdictLog log, VerdictListener listener)
{
    // A label is no place for hundreds of names.
    private const int MostNames = 5;

    /// <summary>Appends them in Prometheus' text format.</summary>
    public void Write(StringBuilder text)
    {
        const string Rules = "weft_policy_rule_packets_total", Logged = "weft_policy_logged_packets_total";
        text.Append(CultureInfo.InvariantCulture, $"# HELP {Rules} First packets of connections that a rule decided.\n# TYPE {Rules} counter\n");
        foreach (var (rule, packets) in counters.Read())
            text.Append(CultureInfo.InvariantCulture, $"{Rules}{{{Labels(rule.Policies)},rule=\"{Escape(rule.Rule)}\",{Labels(rule.Direction, ActionOf(rule))}}} {packets}\n");
        text.Append(CultureInfo.InvariantCulture, $"# HELP {Logged} Packets that policies denied, or would deny under audit, as far as they were logged.\n# TYPE {Logged} counter\n");
        foreach (var (series, packets) in tally.Logged())
            text.Append(CultureInfo.InvariantCulture, $"{Logged}{{{Labels(series.Policies)},{Labels(series.Direction, series.Action == VerdictAction.Audit ? "audit" : "deny")}}} {packets}\n");
        Write(text, "weft_policy_log_missed_packets_total", "counter", log.Missed);
        Write(text, "weft_policy_log_listening", "gauge", listener.IsListening ? 1 : 0);
    }

    private static string ActionOf(CountedRule rule) => rule.Accepts ? "accept" : rule.Audited ? "audit" : "deny";

    private static string Labels(PolicyDirection direction, string action) =>
        $"direction=\"{(direction == PolicyDirection.Ingress ? "ingress" : "egress")}\",action=\"{action}\"";

    private static string Labels(EquatableArray<PolicyIdentity> policies)
    {
        if (policies.Count == 0)
            return "kind=\"\",namespace=\"\",policy=\"\"";
        var names = string.Join(',', policies.Take(MostNames).Select(policy => policy.Name));
        return $"kind=\"{policies[0].Kind}\",namespace=\"{Escape(policies[0].Namespace)}\",policy=\"{Escape(names)}{(policies.Count > MostNames ? ",…" : "")}\"";
    }

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static void Write(StringBuilder text, string name, string type, long value) =>
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {type}\n{name} {value}\n");
}
