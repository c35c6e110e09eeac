using System.Text;
using Microsoft.Extensions.Logging;
using Weft.Compilers.Policies;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Policies;
using Weft.Netlink.Nftables;
using Weft.Netlink.PacketLog;
using Weft.Node.Sockets;

namespace Weft.Node.Policies.Verdicts;

/// <summary>Verdicts with names, put together: who listens, what is held and counted, and who asks.</summary>
internal sealed class VerdictParts
{
    private readonly NodeAgentOptions _options;
    private readonly VerdictLog _log = new();
    private readonly VerdictTally _tally = new();
    private readonly VerdictListener _listener;
    private readonly RuleCounters _counters;
    private readonly UnloggedPackets _unlogged;
    private readonly VerdictMetrics _metrics;
    private volatile State _now = new(PolicyTable.Empty, new PolicyObjects());

    /// <param name="options">Which node.</param>
    /// <param name="packets">The kernel's log.</param>
    /// <param name="counters">A packet filter socket of its own, to read what the kernel counts.</param>
    /// <param name="changed">Called when <see cref="Problem"/> changed.</param>
    /// <param name="logger">Where to tell.</param>
    public VerdictParts(NodeAgentOptions options, IPacketLog packets, INftablesDriver counters, Action changed, ILogger logger)
    {
        _options = options;
        _counters = new RuleCounters(counters, options.Time);
        _unlogged = new UnloggedPackets(_counters, _log, options.Time);
        _listener = new VerdictListener(options, packets, _log, _tally, logger) { Began = _unlogged.Begin, ProblemChanged = changed };
        _metrics = new VerdictMetrics(_counters, _tally, _log, _listener);
    }

    /// <summary>Why nothing is heard; null while all is well.</summary>
    public Problem? Problem => _listener.Problem;

    /// <summary>The questions that it answers.</summary>
    public IEnumerable<KeyValuePair<string, Answer>> Answers
    {
        get
        {
            var questions = new VerdictQuestions(_log, _unlogged, Audit);
            yield return new(VerdictQuestions.Verdicts, questions.AnswerVerdictsAsync);
            yield return new(VerdictQuestions.Audit, questions.AnswerAuditAsync);
        }
    }

    /// <summary>Notes what the kernel enforces from now on.</summary>
    /// <param name="table">The policies.</param>
    /// <param name="judge">By which it is decided.</param>
    /// <param name="cluster">Who pods and nodes are.</param>
    public void Note(PolicyTable table, PolicyJudge judge, ClusterSnapshot cluster)
    {
        _now = new State(table, cluster.Policies);
        _counters.Note(table);
        _listener.Note(judge, cluster, table.Pods.Count > 0);
    }

    /// <summary>Listens until cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) => _listener.RunAsync(cancel);

    /// <summary>Appends the figures of verdicts.</summary>
    public void WriteMetrics(StringBuilder text) => _metrics.Write(text);

    private AuditReport Audit()
    {
        var (table, objects) = _now;
        var counts = _counters.Read().Where(count => count.Key is { Audited: true, Accepts: false }).ToList();
        var policies = AuditedPolicy.Of(objects).Select(audited => new AuditedPolicyReport(
            audited.Policy,
            audited.ByNamespace ? "namespace" : "policy",
            PodsUnder(audited.Policy, table),
            (long)counts.Where(count => count.Key.Policies.Contains(audited.Policy)).Aggregate(0UL, (sum, count) => sum + count.Value)));
        return new AuditReport(_options.NodeName, [.. policies], _tally.Audited());
    }

    private static int PodsUnder(PolicyIdentity policy, PolicyTable table)
    {
        var known = new Dictionary<PolicyClass, bool>(ReferenceEqualityComparer.Instance);
        return table.Pods.Where(pod => Names(pod.AuditedIngress) || Names(pod.AuditedEgress)).Select(pod => (pod.Namespace, pod.Name)).Distinct().Count();

        bool Names(PolicyClass? @class)
        {
            if (@class is null)
                return false;
            if (!known.TryGetValue(@class, out var names))
                known[@class] = names = @class.AllPolicies().Contains(policy);
            return names;
        }
    }

    private sealed record State(PolicyTable Table, PolicyObjects Objects);
}
