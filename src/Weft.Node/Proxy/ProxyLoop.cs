using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Weft.Compilers.Clusters;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;
using Weft.Model.Services;
using Weft.Node.Announcing;
using Weft.Node.Proxy.Connections;
using Weft.Node.Proxy.Health;
using Weft.Node.Proxy.Watching;
using Weft.Node.Status;

namespace Weft.Node.Proxy;

/// <summary>The turns of the proxy and what sets them off: objects, whoever else writes to our tables, time. It waits for no route.</summary>
internal sealed class ProxyLoop : IDisposable
{
    private readonly NodeAgentOptions _options;
    private readonly ILogger _logger;
    private readonly ChangeSignal _changed;
    private readonly ClusterWatch _cluster;
    private readonly ServiceWatch _services;
    private readonly ProxyReconciler _reconciler;
    private readonly ConnectionCleaner _cleaner;
    private readonly ServiceHealthServers _healthChecks;
    private readonly ProblemReporter _problems;
    private readonly ProxyMetrics _metrics;
    private readonly ProxyHealth _health;
    private readonly BalancedServices? _balanced;
    private readonly Func<IReadOnlySet<IpAddress>> _addresses;

    // Services that changed and of which the kernel does not know yet.
    private readonly HashSet<ObjectKey> _uncleaned = [];
    private volatile bool _doubt;
    private bool _unhealthyPorts;
    private ProxyMode? _told;

    public ProxyLoop(NodeAgentOptions options, ClusterWatch cluster, ProxyParts parts, ILogger logger)
    {
        _options = options;
        _logger = logger;
        _changed = parts.Changed;
        _cluster = cluster;
        _cluster.OnChange(_changed);
        _services = parts.Services;
        _reconciler = parts.Reconciler;
        _cleaner = parts.Cleaner;
        _metrics = parts.Metrics;
        _health = parts.Health;
        _balanced = parts.Balanced;
        _addresses = parts.Addresses;
        _healthChecks = new ServiceHealthServers(() => _health.IsAlive);
        _problems = new ProblemReporter(parts.Events, logger);
    }

    /// <summary>The next turn reads back.</summary>
    public void Doubt()
    {
        _doubt = true;
        _changed.Set();
    }

    /// <summary>Runs until cancelled. Nothing is written before every kind of object was listed once.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var helpers = Task.WhenAll(_services.RunAsync(ended.Token), _cleaner.RunAsync(ended.Token), ServeHealthAsync(ended.Token));
        try
        {
            await Task.WhenAll(_cluster.Synced, _services.Synced).WaitAsync(cancel).ConfigureAwait(false);
            await new TurnLoop(_changed, _options).RunAsync(Turn, () => _doubt = true, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The wish to end is no failure.
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await helpers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose()
    {
        _healthChecks.Dispose();
        _reconciler.Dispose();
    }

    /// <summary>One turn: objects, compile and program, report.</summary>
    /// <returns>Whether nothing is left to be tried again.</returns>
    private bool Turn()
    {
        var time = _options.Time;
        var started = time.GetTimestamp();
        if (_doubt)
        {
            _doubt = false;
            _reconciler.Doubt();
        }

        _metrics.NoteQueued(time.GetUtcNow());
        _health.NoteQueued();
        var changes = _services.Index.Take();
        _balanced?.Note(changes.Changed, _services.Index);
        var cluster = _cluster.Snapshot with { Services = changes.All };
        var turn = _reconciler.Turn(cluster);
        var elapsed = time.GetElapsedTime(started);
        _metrics.Note(turn, changes, elapsed, time.GetUtcNow());
        _uncleaned.UnionWith(changes.Changed);
        if (turn.Programmed)
        {
            _health.NoteProgrammed();
            _cleaner.Note(turn.Table, _services.Index.Find, _uncleaned);
            _uncleaned.Clear();
        }

        Tell(turn, elapsed);
        Report(turn, cluster);
        return !_reconciler.IsUnknown && !_unhealthyPorts;
    }

    private void Tell(ProxyTurn turn, TimeSpan elapsed)
    {
        if (turn.Drift)
            Log.ServicesDrift(_logger, Word(turn.Mode), turn.Changes);
        else if (turn.Programmed && turn.Mode != _told)
            Log.ServicesProgrammed(_logger, turn.Changes, Word(turn.Mode), Math.Round(elapsed.TotalMilliseconds, 1), turn.Table.Ports.Count);
        else if (turn.Changes > 0)
            Log.ServicesChanged(_logger, turn.Changes, Word(turn.Mode), Math.Round(elapsed.TotalMilliseconds, 1));
        _told = turn.Programmed ? turn.Mode : _told;
    }

    private void Report(ProxyTurn turn, ClusterSnapshot cluster)
    {
        _health.Note(cluster.Nodes.FirstOrDefault(node => node.Metadata.Name == _options.NodeName));
        var taken = _healthChecks.Serve(turn.Table.HealthChecks, NodePortAddresses(turn.Table));
        _unhealthyPorts = taken.Count > 0;
        _problems.Report(
            taken.Count == 0 ? turn.Problems : [.. turn.Problems, .. taken],
            problem => _services.Find(problem.Object) ?? StatusReporter.Find(problem, cluster, _options.NodeName));
    }

    /// <summary>Where health checks of Services answer: on the addresses that take node ports, as upstream's --nodeport-addresses has it; null for all.</summary>
    private EquatableArray<IpAddress>? NodePortAddresses(ServiceTable table)
    {
        if (table.NodePortAddresses.Count == 0 || table.HealthChecks.Count == 0)
            return null;
        return _addresses()
            .Where(address => !address.IsLinkLocal && (table.NodePortAddresses.Any(block => block.IsV6 == address.IsV6)
                ? table.NodePortAddresses.Any(block => block.Contains(address))
                : !address.IsLoopback))
            .Order()
            .ToEquatableArray();
    }

    private async Task ServeHealthAsync(CancellationToken cancel)
    {
        if (_options.ProxyHealthPort == 0)
            return;
        try
        {
            using var server = new SmallHttpServer(address: null, _options.ProxyHealthPort, _health.Answer);
            await server.RunAsync(cancel).ConfigureAwait(false);
        }
        catch (SocketException error)
        {
            Log.NoHealthEndpoint(_logger, _options.ProxyHealthPort, error.Message);
        }
    }

    private static string Word(ProxyMode mode) => mode.ToString().ToLowerInvariant();
}
