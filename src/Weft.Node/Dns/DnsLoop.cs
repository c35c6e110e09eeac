using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Weft.Compilers.Clusters;
using Weft.Compilers.Dns;
using Weft.Dns.Routing;
using Weft.Dns.Serving;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Netlink;
using Weft.Netlink.Nftables;
using Weft.Node.Proxy;
using Weft.Node.Status;

namespace Weft.Node.Dns;

/// <summary>The turns of DNS and what sets them off: objects, settings, the kernel, time. Queries wait for none of them: a turn ends by swapping the zone.</summary>
internal sealed class DnsLoop : IAsyncDisposable
{
    private readonly NodeAgentOptions _options;
    private readonly ILogger _logger;
    private readonly ClusterWatch _cluster;
    private readonly DnsParts _parts;
    private readonly DnsZone _zone;
    private readonly DnsServiceBuilder _builder;
    private readonly DnsSockets _sockets;
    private readonly ProblemReporter _problems;
    private readonly DnsContext _context;
    private DnsBeginning? _beginning;
    private ConfigMap? _begunBy;
    private volatile DnsView? _view;
    private EquatableArray<IpAddress> _servers;
    private EquatableArray<IpAddress>? _told;
    private volatile bool _doubt;

    public DnsLoop(NodeAgentOptions options, ClusterWatch cluster, DnsParts parts, ILogger logger)
    {
        (_options, _cluster, _parts, _logger) = (options, cluster, parts, logger);
        _zone = new DnsZone(options.Time);
        _context = new DnsContext(options.NodeName, parts.Pods);
        _builder = new DnsServiceBuilder(new DnsSettings(), _zone.Current, [], options.Time, line => DnsLog.Line(logger, line));
        _builder.Service.SearchLists = parts.Searches;
        _sockets = new DnsSockets(_builder.Service);
        _problems = new ProblemReporter(parts.Events, logger);
        _cluster.OnChange(parts.Changed);
        parts.Services.OnChange(parts.Changed);
    }

    /// <summary>What answers.</summary>
    public DnsService Service => _builder.Service;

    /// <summary>What settings mean for this node; null before it is known.</summary>
    public DnsView? View => _view;

    /// <summary>The next turn looks at the kernel.</summary>
    public void Doubt()
    {
        _doubt = true;
        _parts.Changed.Set();
    }

    /// <summary>Runs until cancelled. No name of the cluster is answered before every kind of object was listed once: a name that is not known yet is no name that does not exist.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            var synced = Task.WhenAll(_cluster.Synced, _parts.Services.Synced, _parts.NamespacesSynced);
            await new DnsPatience([.. _cluster.States, .. _parts.Services.States], _options.Time).WaitAsync(synced, Begin, cancel).ConfigureAwait(false);
            await Task.WhenAll(new TurnLoop(_parts.Changed, _options).RunAsync(Turn, () => _doubt = true, cancel), _parts.Memory.RunAsync(_options.Time, cancel)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The wish to end is no failure.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _sockets.DisposeAsync().ConfigureAwait(false);
        _builder.Dispose();
    }

    /// <summary>Answers names of others before the API server was heard, where and how that was done last.</summary>
    private void Begin()
    {
        var configuration = _cluster.Configuration;
        var isOther = _beginning is null || !ReferenceEquals(_begunBy, configuration);
        try
        {
            if (isOther)
                (_begunBy, _beginning) = (configuration, _parts.Memory.Begin(configuration, _parts.Place.Usual));
        }
        catch (Exception error) when (error is NetlinkException or NftException)
        {
            DnsLog.TurnFailed(_logger, error.Message);
            return;
        }

        var (view, table, knowledge) = _beginning!;
        if (view.Addresses.Count + _sockets.Open.Count == 0)
            return;
        Apply(view);
        if (isOther)
        {
            _zone.Begin(view.Zone, table);
            (_builder.Service.Knowledge, _builder.Service.Zone) = (knowledge, _zone.Current);
            DnsLog.Begins(_logger, string.Join(", ", view.Addresses));
        }

        Place(view, ImmutableArray.CreateBuilder<Problem>());
    }

    /// <summary>One turn: objects, compile and swap, addresses and sockets, report.</summary>
    /// <returns>Whether nothing is left to be tried again.</returns>
    private bool Turn()
    {
        var started = _options.Time.GetTimestamp();
        var cluster = _cluster.Snapshot with
        {
            Services = _parts.Services.Everything.Take().All,
            Policies = new PolicyObjects { Namespaces = _parts.Namespaces() },
        };
        var view = _context.Of(cluster, _parts.Services.Find(ClusterDns.Namespace, ClusterDns.ServiceName));
        var problems = ImmutableArray.CreateBuilder<Problem>();
        problems.AddRange(view.Problems.AsSpan());
        problems.AddRange(_zone.Follow(cluster, view.Zone).AsSpan());
        Apply(view);
        _parts.Searches.Follow(SearchSettings.Of(view.Settings, _parts.Resolver.Search, cluster.Policies.Namespaces));
        (_builder.Service.Zone, _builder.Service.Knowledge) = (_zone.Current, ZoneKnowledge.Whole);
        _parts.Memory.Note(cluster.Configuration, view, _zone.Table);
        var (programmed, drift) = Place(view, problems);
        var elapsed = _options.Time.GetElapsedTime(started);
        _parts.Metrics.Note(programmed, drift, _zone, _sockets.Open.Count, elapsed);
        Tell(view);
        _problems.Report(problems.DrainToImmutable(), problem => _parts.Services.Find(problem.Object) ?? StatusReporter.Find(problem, cluster, _options.NodeName));
        return programmed;
    }

    private void Apply(DnsView view)
    {
        var servers = _parts.Resolver.Servers();
        if (view.Settings != _view?.Settings || servers != _servers)
            _builder.Apply(view.Settings, servers.Except(view.Addresses).ToEquatableArray());
        Tell(_view, view);
        (_view, _servers) = (view, servers);
    }

    private (bool Programmed, bool Drift) Place(DnsView view, ImmutableArray<Problem>.Builder problems)
    {
        var doubted = _doubt;
        _doubt = false;
        if (doubted)
            _parts.Place.Doubt();
        try
        {
            var changes = _parts.Place.Put(view.Addresses);
            var drift = doubted && changes > 0 && view.Addresses == _told;
            if (drift)
                DnsLog.Drift(_logger, changes);
            var refused = _sockets.ListenAsync(view.Addresses).GetAwaiter().GetResult();
            foreach (var message in refused)
                problems.Add(new Problem($"Node {_options.NodeName}", "DnsNotServed", $"{message}; stop what listens there, or choose other addresses by dns-address of {ClusterSettingsParser.ObjectName}"));
            return (refused.Count == 0, drift);
        }
        catch (Exception error) when (error is NetlinkException or NftException)
        {
            DnsLog.TurnFailed(_logger, error.Message);
            problems.Add(new Problem($"Node {_options.NodeName}", "DnsNotServed", $"the kernel does not take the addresses of cluster DNS: {error.Message}"));
            return (false, false);
        }
    }

    private void Tell(DnsView? before, DnsView view)
    {
        if (before is not null && before.Settings != view.Settings)
            DnsLog.Settings(_logger, string.Join("; ", view.Settings.Routes.Select(Describe)));
        foreach (var note in view.Notes.Except(before?.Notes ?? []))
            DnsLog.Note(_logger, note);
    }

    private static string Describe(DnsRoute route) =>
        $"{route.Zone} asks {string.Join(", ", route.Upstreams.Select(server => server.ToString()).Concat(route.AsksNodeServers ? ["the node's servers"] : []).DefaultIfEmpty("nobody"))}";

    private void Tell(DnsView view)
    {
        EquatableArray<IpAddress> open = [.. _sockets.Open];
        if (open == _told)
            return;
        if (open.Count > 0)
            DnsLog.Serves(_logger, view.Settings.ClusterDomain.ToString(), string.Join(", ", open), _zone.Services);
        else if (view.Addresses.Count == 0)
            DnsLog.Off(_logger);
        _told = open;
    }
}
