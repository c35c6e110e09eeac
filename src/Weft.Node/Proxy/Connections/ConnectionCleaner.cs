using Microsoft.Extensions.Logging;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Services;
using Weft.Netlink;
using Weft.Netlink.Conntrack;
using Weft.Node.Connections;

namespace Weft.Node.Proxy.Connections;

/// <summary>Has the kernel forget flows to endpoints that left. It works beside the turns: listing flows of a busy node takes longer than a turn.</summary>
/// <remarks>TCP is left alone: an endpoint that ends closes its connections, and one that terminates drains them.</remarks>
internal sealed class ConnectionCleaner
{
    private readonly IConntrack _flows;
    private readonly Func<IReadOnlySet<IpAddress>> _nodeAddresses;
    private readonly ProxyMetrics _metrics;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly BackgroundWork _work;
    private readonly Lock _gate = new();
    private readonly DatagramPorts _ports = new();
    private HashSet<ObjectKey>? _pending;
    private string? _told;
    private (ServiceTable Table, Func<ObjectKey, ServiceObjects?> Find)? _served;

    /// <param name="flows">The kernel's flows.</param>
    /// <param name="nodeAddresses">The node's own addresses.</param>
    /// <param name="metrics">Where to count.</param>
    /// <param name="logger">Where to tell of failures.</param>
    /// <param name="time">The clock.</param>
    public ConnectionCleaner(
        IConntrack flows, Func<IReadOnlySet<IpAddress>> nodeAddresses, ProxyMetrics metrics, ILogger logger, TimeProvider time)
    {
        (_flows, _nodeAddresses, _metrics, _logger, _time) = (flows, nodeAddresses, metrics, logger, time);
        _work = new BackgroundWork(Clean, time);
    }

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
                _work.Ask();
        }
    }

    /// <summary>Works until cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) => _work.RunAsync(cancel);

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
                Log.ConnectionsNotCleaned(_logger, error.Message);
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
        var addresses = rules.HasNodePorts ? _nodeAddresses() : new HashSet<IpAddress>();
        foreach (var filter in rules.Filters)
        {
            var started = _time.GetTimestamp();
            var deleted = FlowSweep.Delete(_flows, filter, flow => rules.IsStale(flow, addresses));
            _metrics.NoteCleaning(filter.IsV6 == true, deleted, _time.GetElapsedTime(started));
        }
    }
}
