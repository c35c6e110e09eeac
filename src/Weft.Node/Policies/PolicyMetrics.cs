using System.Globalization;
using System.Text;
using Weft.Node.Policies.Domains;

namespace Weft.Node.Policies;

/// <summary>Figures of the policies, for <c>/metrics</c>.</summary>
internal sealed class PolicyMetrics
{
    private readonly Lock _gate = new();
    private long _turns, _changes, _drifts, _failures;
    private TimeSpan _last;
    private int _pods, _problems, _refused;

    /// <summary>Notes a turn.</summary>
    public void Note(PolicyTurn turn, TimeSpan elapsed)
    {
        lock (_gate)
        {
            _turns++;
            _changes += turn.Changes;
            _drifts += turn.Drift ? 1 : 0;
            _failures += turn.Programmed ? 0 : 1;
            (_last, _pods, _problems, _refused) = (elapsed, turn.Table.Pods.Count, turn.Problems.Count, turn.Refused);
        }
    }

    /// <summary>Appends them in Prometheus' text format.</summary>
    /// <param name="text">To this.</param>
    /// <param name="cut">How many connections were cut.</param>
    /// <param name="domains">What names of policies mean.</param>
    public void Write(StringBuilder text, long cut, LearnedDomains domains)
    {
        lock (_gate)
        {
            Write(text, "weft_policy_turns_total", "counter", _turns);
            Write(text, "weft_policy_turn_failures_total", "counter", _failures);
            Write(text, "weft_policy_changes_total", "counter", _changes);
            Write(text, "weft_policy_repairs_total", "counter", _drifts);
            Write(text, "weft_policy_last_turn_seconds", "gauge", _last.TotalSeconds);
            Write(text, "weft_policy_selected_addresses", "gauge", _pods);
            Write(text, "weft_policy_problems", "gauge", _problems);
            Write(text, "weft_policy_refused", "gauge", _refused);
        }

        var (current, past) = domains.Count;
        Write(text, "weft_policy_connections_cut_total", "counter", cut);
        Write(text, "weft_policy_domain_addresses", "gauge", current);
        Write(text, "weft_policy_domain_past_addresses", "gauge", past);
        Write(text, "weft_policy_domain_answers_held_total", "counter", domains.Held);
    }

    private static void Write(StringBuilder text, string name, string type, double value) =>
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {type}\n{name} {value:R}\n");
}
