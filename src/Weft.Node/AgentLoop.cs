using Microsoft.Extensions.Logging;
using Weft.Kubernetes.Client;
using Weft.Model.Nodes;
using Weft.Netlink;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;
using Weft.Node.Drivers;
using Weft.Node.Status;

namespace Weft.Node;

/// <summary>The turns of the agent and what sets them off: objects, the kernel, time.</summary>
internal sealed class AgentLoop
{
    private readonly NodeAgentOptions _options;
    private readonly ILogger _logger;
    private readonly ChangeSignal _changed = new();
    private readonly ClusterWatch _cluster;
    private readonly KernelWatch _kernel;
    private readonly TableWatch _tables;
    private readonly HostReader _host;
    private readonly Reconciler _reconciler;
    private readonly StatusReporter _status;
    private readonly AgentHealth _health;
    private volatile bool _doubt;

    public AgentLoop(
        NodeAgentOptions options, KubeClient client, ClusterWatch cluster, INetworkStack network, KernelNftables filter, EventRecorder events, AgentHealth health, ILogger logger)
    {
        var sysctls = new KernelSysctls();
        var cni = new CniFolder(options.CniConfDir, options.CniBinDir);
        _options = options;
        _logger = logger;
        _cluster = cluster;
        _cluster.OnChange(_changed);
        _kernel = new KernelWatch(network, _changed, () => _doubt = true);
        _tables = new TableWatch(filter, NodeTables.All, Doubt, noteChange: null);
        _host = new HostReader(network, sysctls, cni);
        _reconciler = new Reconciler(options.NodeName, new KernelNode(options.NodeName, network, filter, sysctls, cni));
        _status = new StatusReporter(client, events, options.NodeName, logger, options.Time);
        _health = health;
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var helpers = Task.WhenAll(
            _kernel.RunAsync(_logger, _options.VerifyPeriod, ended.Token),
            _tables.RunAsync(_logger, _options.VerifyPeriod, ended.Token),
            _status.RunAsync(ended.Token));
        try
        {
            await _cluster.Synced.WaitAsync(cancel).ConfigureAwait(false);
            await TurnsAsync(cancel).ConfigureAwait(false);
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

    private void Doubt()
    {
        _doubt = true;
        _changed.Set();
    }

    private async Task TurnsAsync(CancellationToken cancel)
    {
        var retry = _options.FirstRetry;
        while (true)
        {
            var settled = Turn();
            retry = settled ? _options.FirstRetry : TimeSpan.FromTicks(Math.Min(retry.Ticks * 2, _options.VerifyPeriod.Ticks));
            if (await _changed.WaitAsync(settled ? _options.VerifyPeriod : retry, _options.Time, cancel).ConfigureAwait(false))
                await Task.Delay(_options.Quiet, _options.Time, cancel).ConfigureAwait(false);
            else
                _doubt = true;
        }
    }

    /// <summary>One turn: objects, compile and compare and apply, report.</summary>
    /// <returns>Whether nothing is left to be tried again.</returns>
    private bool Turn()
    {
        if (_doubt)
        {
            _doubt = false;
            _reconciler.Doubt();
        }

        var started = _options.Time.GetTimestamp();
        try
        {
            var cluster = _cluster.Snapshot;
            var result = _reconciler.Turn(cluster, _host.Read());
            var elapsed = _options.Time.GetElapsedTime(started);
            if (result.Drift)
                Log.Drift(_logger, _options.NodeName, result.Plan.Count, result.Plan[0]);
            else if (result.Plan.Count > 0)
                Log.Programmed(_logger, _options.NodeName, Math.Round(elapsed.TotalMilliseconds, 1), result.Plan.Count);
            _status.Report(result, cluster);
            _health.Note(result, elapsed);
            return !_reconciler.IsUnknown;
        }
        catch (Exception e) when (e is NetlinkException or NftException or IOException)
        {
            // The kernel refuses to tell what is there: nothing can be compared, so nothing was written.
            Log.TurnFailed(_logger, e.Message);
            _reconciler.Doubt();
            return false;
        }
    }
}
