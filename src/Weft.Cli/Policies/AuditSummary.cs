using System.Text.Json;
using Weft.Lab;
using Weft.Model;
using Weft.Node.Policies.Verdicts;

namespace Weft.Cli.Policies;

/// <summary>What policies under audit would have denied on all nodes.</summary>
/// <param name="Policies">Policies under audit, with sums over the nodes.</param>
/// <param name="Connections">What would have been denied, the most frequent in front.</param>
internal sealed record AuditSummary(EquatableArray<AuditedPolicyReport> Policies, EquatableArray<AuditedConnection> Connections)
{
    /// <summary>Asks the agents.</summary>
    /// <param name="agents">The agents.</param>
    /// <param name="filter">Which connections count.</param>
    /// <param name="tell">Told of nodes that do not answer.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="LabException">No agent answers.</exception>
    public static async Task<AuditSummary> ReadAsync(IReadOnlyList<Agent> agents, VerdictFilter filter, Action<string> tell, CancellationToken ct)
    {
        var (reports, failures) = (new List<AuditReport>(), new List<LabException>());
        foreach (var agent in agents)
        {
            try
            {
                await foreach (var line in agent.AskAsync("""{"audit":{}}""", ct))
                    reports.Add(JsonSerializer.Deserialize(line, VerdictJson.Plain.AuditReport)!);
            }
            catch (LabException failure)
            {
                failures.Add(failure);
            }
        }

        if (failures.Count == agents.Count)
            throw failures[0];
        failures.ForEach(failure => tell(failure.Message));
        return Of(reports, filter);
    }

    /// <summary>Adds up reports.</summary>
    public static AuditSummary Of(IReadOnlyList<AuditReport> reports, VerdictFilter filter)
    {
        var policies = reports.SelectMany(report => report.Policies)
            .Where(report => filter.Namespace is null || report.Policy.Namespace == filter.Namespace)
            .GroupBy(report => report.Policy)
            .Select(group => group.First() with { Pods = group.Sum(each => each.Pods), Packets = group.Sum(each => each.Packets) });
        var connections = reports.SelectMany(report => report.Connections)
            .Where(each => filter.Matches(each.Pod, each.PeerKind == PeerKind.Pod ? each.Peer : null))
            .GroupBy(each => each with { Packets = 0, First = default, Last = default })
            .Select(group => group.Key with { Packets = group.Sum(each => each.Packets), First = group.Min(each => each.First), Last = group.Max(each => each.Last) })
            .OrderByDescending(each => each.Packets).ThenBy(each => each.Pod, StringComparer.Ordinal).ThenBy(each => each.Peer, StringComparer.Ordinal).ThenBy(each => each.Port);
        return new AuditSummary([.. policies], [.. connections]);
    }
}
