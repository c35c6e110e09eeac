using Microsoft.Extensions.Logging;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;
using Weft.Model.Services;
using Weft.Netlink;
using Weft.Netlink.Conntrack;

namespace Weft.Node.Proxy.Connections;

/// <summary>Has the kernel forget flows to endpoints that left. It works beside the turns: listing flows of a busy node takes longer than a turn.</summary>
/// <remarks>TCP is left alone: an endpoint that ends closes its connections, and one that terminates drains them.</remarks>
/// <param name="flows">The kernel's flows.</param>
/// <param name="nodeAddresses">The node's own addresses.</param>
/// <param name="metrics">Where to count.</param>
/// <param name="logger">Where to tell of failures.</param>
/// <param name="time">The clock.</param>
internal sealed class ConnectionCleaner(IConntrack flows, Func<IReadOnlySet<IpAddress>> nodeAddresses, ProxyMetrics metrics, ILogger logger, TimeProvider time)
{
    // Flows are deleted in portions of this many, which bounds the memory.
    private const int Portion = 4096;
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly ChangeSignal _changed = new();
    private readonly DatagramPorts _ports = new();
    private HashSet<ObjectKey>? _pending;
    private string? _told;
    private (ServiceTable Table, Func<ObjectKey, ServiceObjects?> Find)? _served;

    /// <summary>Notes that the kernel serves a table now.</summary>
    /// <param name="table">The table.</param>
    /// <param name="find">The objects of a Service.</param>
    /// <param name="changed">Services that changed since the call before.</param>
    public void Note(ServiceTable table, Func<ObjectKey, ServiceObjects?> find, IReadOnlyCollection<ObjectKey> changed)
    {
        lock (_gate)
        {
            var isFirst = _served is null;
            _served = (table, find);
            _pending?.UnionWith(changed);
            if (isFirst || changed.Count > 0)
                _changed.Set();
        }
    }

    /// <summary>Works until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                await _changed.WaitAsync(cancel).ConfigureAwait(false);
                var done = Clean();
                await Task.Delay(done ? Rest : Retry, time, cancel).ConfigureAwait(false);
                if (!done)
                    _changed.Set();
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the agent.
        }
    }

    /// <summary>Looks at what was noted. After a failure everything is looked at.</summary>
    /// <returns>Whether it went well.</returns>
    internal bool Clean()
    {
        FlowRules rules;
        lock (_gate)
        {
            if (_served is not { } served)
                return true;
            rules = _ports.Note(served.Table, served.Find, _pending);
            _pending = [];
        }

        try
        {
            Clean(rules);
            _told = null;
            return true;
        }
        catch (NetlinkException error)
        {
            if (_told != error.Message)
                Log.ConnectionsNotCleaned(logger, error.Message);
            _told = error.Message;
            lock (_gate)
                _pending = null;
            return false;
        }
    }

    private void Clean(FlowRules rules)
    {
        if (rules.IsEmpty)
            return;
        var addresses = rules.HasNodePorts ? nodeAddresses() : new HashSet<IpAddress>();
        foreach (var filter in rules.Filters)
        {
            var started = time.GetTimestamp();
            var (deleted, found) = (0, Portion);
            while (found == Portion)
            {
                var stale = flows.Find(filter, flow => rules.IsStale(flow, addresses), Portion);
                found = stale.Count;
                deleted += flows.Delete(stale);
            }

            metrics.NoteCleaning(filter.IsV6 == true, deleted, time.GetElapsedTime(started));
        }
    }
}
