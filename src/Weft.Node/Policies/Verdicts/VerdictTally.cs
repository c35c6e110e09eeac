using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Node.Policies.Verdicts;

/// <summary>Counts verdicts: everything by policy, and what would have been denied by connection.</summary>
/// <remarks>What the kernel did not tell of, as it logs some dozen packets per second and no more, is not in it. Safe for concurrent use.</remarks>
internal sealed class VerdictTally
{
    /// <summary>How many kinds of connections, and how many series of metrics it knows at most.</summary>
    public const int Most = 4096;

    private readonly Lock _gate = new();
    private readonly BoundedTable<Kind, AuditedConnection> _audited = new(Most);
    private readonly BoundedTable<LoggedSeries, long> _logged = new(Most);

    /// <summary>Counts one.</summary>
    public void Add(NamedVerdict verdict)
    {
        var series = new LoggedSeries(verdict.Action, verdict.Direction, verdict.Policies);
        lock (_gate)
        {
            _logged.TryGet(series, out var packets);
            _logged.Set(series, packets + 1);
            if (verdict.Action != VerdictAction.Audit)
                return;
            var kind = new Kind(verdict.Direction, verdict.Pod, verdict.Peer, verdict.Protocol, verdict.Port, verdict.Reason);
            _audited.Set(kind, _audited.TryGet(kind, out var known) ? known.With(verdict) : AuditedConnection.Of(verdict));
        }
    }

    /// <summary>What would have been denied, the latest in front.</summary>
    public EquatableArray<AuditedConnection> Audited()
    {
        lock (_gate)
            return [.. _audited.Latest.Select(entry => entry.Value)];
    }

    /// <summary>How many packets were logged.</summary>
    public IReadOnlyList<KeyValuePair<LoggedSeries, long>> Logged()
    {
        lock (_gate)
            return [.. _logged.Latest];
    }

    private readonly record struct Kind(PolicyDirection Direction, string Pod, string Peer, string Protocol, int? Port, string Reason);
}

/// <summary>The labels of logged packets in metrics.</summary>
internal readonly record struct LoggedSeries(VerdictAction Action, PolicyDirection Direction, EquatableArray<PolicyIdentity> Policies);
