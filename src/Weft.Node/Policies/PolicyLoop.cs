using Microsoft.Extensions.Logging;
using Weft.Compilers.Clusters;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;
using Weft.Model.Policies;
using Weft.Netlink.Nftables;
using Weft.Node.Policies.Verdicts;
using Weft.Node.Proxy;
using Weft.Node.Status;

namespace Weft.Node.Policies;

/// <summary>The turns of the policies and what sets them off: objects, pods that are given their network, whoever else writes to our tables, time.</summary>
internal sealed class PolicyLoop
{
    private readonly NodeAgentOptions _options;
    private readonly ILogger _logger;
    private readonly ClusterWatch _cluster;
    private readonly ChangeSignal _changed;
    private readonly PolicyWatch _policies;
    private readonly PolicyReconciler _reconciler;
    private readonly StartingPodGate _gate;
    private readonly Attachments _attachments;
    private readonly ConnectionCutter _cutter;
    private readonly ProblemReporter _problems;
    private readonly PolicyMetrics _metrics;
    private readonly VerdictParts _verdicts;
    private PolicyTable? _enforced;
    private PolicyJudge _judge = new(PolicyTable.Empty);
    private bool _someIsolated;
    private ConfigMap? _configuration;
    private bool _hasSettings, _cuts;
    private volatile bool _doubt = true;

    public PolicyLoop(NodeAgentOptions options, ClusterWatch cluster, PolicyParts parts, EventRecorder events, ILogger logger)
    {
        (_options, _cluster, _logger) = (options, cluster, logger);
        (_changed, _policies, _attachments, _cutter, _metrics) = (parts.Changed, parts.Policies, parts.Attachments, parts.Cutter, parts.Metrics);
        _verdicts = parts.Verdicts;
        _cluster.OnChange(_changed);
        _reconciler = new PolicyReconciler(options.NodeName, parts.Filter, options.Time, parts.Sysctls);
        _gate = new StartingPodGate(parts.Filter);
        _problems = new ProblemReporter(events, logger);
    }

    /// <summary>The policies that the kernel enforces; null before the first turn.</summary>
    public PolicyTable? Enforced => Volatile.Read(ref _enforced);

    /// <summary>The next turn reads back.</summary>
    public void Doubt()
    {
        _doubt = true;
        _changed.Set();
    }

    /// <summary>Runs until cancelled. Nothing is written before every kind of object was listed once.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            await Task.WhenAll(_cluster.Synced, _policies.Synced).WaitAsync(cancel).ConfigureAwait(false);
            _policies.Pods.DropUnknown();
            await new TurnLoop(_changed, _options).RunAsync(Turn, () => _doubt = true, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The wish to end is no failure.
        }
    }

    /// <summary>One turn: objects, compile and program, let pods start (somebody waits for that), cut what is denied now, report.</summary>
    /// <returns>Whether nothing is left to be tried again.</returns>
    private bool Turn()
    {
        var started = _options.Time.GetTimestamp();
        var looksAtAll = _doubt;
        if (looksAtAll)
        {
            _doubt = false;
            _reconciler.Doubt();
        }

        var waiting = _attachments.TakeKnown();
        var cluster = _cluster.Snapshot;
        cluster = cluster with { Policies = _policies.Take(cluster.Configuration) };
        var turn = _reconciler.Turn(cluster);
        var letStart = turn.Programmed && LetStart(cluster.Policies, waiting, looksAtAll);
        if (turn.Programmed)
            AfterProgramming(turn, cluster);
        var elapsed = _options.Time.GetElapsedTime(started);
        _metrics.Note(turn, elapsed);
        Tell(turn, elapsed);
        EquatableArray<Problem> problems = _verdicts.Problem is { } unheard ? [.. turn.Problems, unheard] : turn.Problems;
        _problems.Report(problems, problem => _policies.Find(problem.Object) ?? StatusReporter.Find(problem, cluster, _options.NodeName));
        _doubt |= !letStart;
        return letStart;
    }

    private void AfterProgramming(PolicyTurn turn, ClusterSnapshot cluster)
    {
        var isOther = !ReferenceEquals(turn.Table, _enforced);
        if (isOther)
            _judge = new PolicyJudge(turn.Table);
        Volatile.Write(ref _enforced, turn.Table);
        _policies.Domains.NoteInForce();
        _verdicts.Note(turn.Table, _judge, cluster);
        CutDenied(cluster, isOther);
    }

    /// <summary>Pods that wait have their policies now; those that are isolated are let out of that first.</summary>
    private bool LetStart(PolicyObjects policies, IReadOnlyList<WaitingPod> waiting, bool looksAtAll)
    {
        foreach (var pod in waiting.Where(pod => !pod.IsIsolated))
            pod.Done.TrySetResult();
        _someIsolated |= _attachments.TakeGaveUp() || waiting.Any(pod => pod.IsIsolated) || looksAtAll;
        if (_someIsolated && !OpenGate(policies))
            return false;
        foreach (var pod in waiting)
            pod.Done.TrySetResult();
        return true;
    }

    /// <summary>After a change of policies, and when the cluster's settings begin to ask for it.</summary>
    private void CutDenied(ClusterSnapshot cluster, bool isOther)
    {
        if (!_hasSettings || !ReferenceEquals(cluster.Configuration, _configuration))
        {
            var cuts = ClusterSettingsParser.Parse(cluster.Configuration?.Data).Settings.PolicyConnections == DeniedConnections.Cut;
            isOther |= cuts && !_cuts;
            (_configuration, _hasSettings, _cuts) = (cluster.Configuration, true, cuts);
        }

        if (!_cuts)
            _cutter.Rest();
        else if (isOther)
            _cutter.Note(_enforced is { PastPeers.Count: > 0 } table ? PolicyJudge.OfStanding(table) : _judge);
    }

    /// <summary>Pods of this node whose objects are known have their policies now.</summary>
    private bool OpenGate(PolicyObjects policies)
    {
        try
        {
            _someIsolated = _gate.Open(isolated => ReadyOf(isolated, policies)) > 0;
            return true;
        }
        catch (NftException error)
        {
            PolicyLog.PodsNotLetStart(_logger, error.Message);
            return false;
        }
    }

    private HashSet<IpAddress> ReadyOf(HashSet<IpAddress> isolated, PolicyObjects policies)
    {
        var ready = new HashSet<IpAddress>();
        foreach (var pod in policies.Pods)
        {
            if (!pod.IsPoliced || pod.Node != _options.NodeName)
                continue;
            foreach (var address in pod.Addresses)
            {
                if (isolated.Contains(address))
                    ready.Add(address);
            }
        }

        return ready;
    }

    private void Tell(PolicyTurn turn, TimeSpan elapsed)
    {
        if (turn.Drift)
            PolicyLog.Drift(_logger, turn.Changes);
        else if (turn.Changes > 0)
            PolicyLog.Programmed(_logger, turn.Changes, Math.Round(elapsed.TotalMilliseconds, 1), turn.Table.Pods.Count);
    }
}
