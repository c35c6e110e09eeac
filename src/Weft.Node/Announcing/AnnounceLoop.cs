using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Weft.Compilers.Announcing;
using Weft.Compilers.Clusters;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;
using Weft.Netlink;
using Weft.Node.Status;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Node.Announcing;

/// <summary>The turns of announcing and what sets them off: Services, nodes, signs of life, links, other machines' claims, time.</summary>
/// <remarks>Without <c>load-balancer-ranges</c> it does nothing: no leases, no sockets.</remarks>
internal sealed class AnnounceLoop : IDisposable
{
    // Whether the others are alive is looked at this often; a lease is renewed every 5 s.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly NodeAgentOptions _options;
    private readonly AnnounceParts _parts;
    private readonly ILogger _logger;
    private readonly AnnouncedSet _set;
    private readonly AnnounceReporter _reporter;
    private readonly ProblemReporter _problems;
    private readonly ConcurrentQueue<(IpAddress Address, MacAddress Mac)> _claims = new();
    private (ConfigMap? Source, ClusterSettings Settings) _settings = (null, new ClusterSettings());
    private Inputs? _compiled;
    private EquatableArray<Announcement> _announcements;
    private bool _looksAgain;
    private volatile bool _linksChanged = true;
    private EquatableArray<AnnouncedAddress> _mine;

    public AnnounceLoop(NodeAgentOptions options, AnnounceParts parts, ILogger logger)
    {
        (_options, _parts, _logger) = (options, parts, logger);
        _set = new AnnouncedSet(parts.Announcer, options.Time);
        _reporter = new AnnounceReporter(options.NodeName, parts.Events, logger);
        _problems = new ProblemReporter(parts.Events, logger);
        parts.Announcer.Claimed = (address, mac) =>
        {
            _claims.Enqueue((address, mac));
            _parts.Services.Changed.Set();
        };
        parts.Cluster.OnChange(parts.Services.Changed);
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        await Task.WhenAll(_parts.Cluster.Synced, _parts.Services.Synced).WaitAsync(cancel).ConfigureAwait(false);
        while (ReadSettings().LoadBalancerRanges.Count == 0)
            await _parts.Services.Changed.WaitAsync(cancel).ConfigureAwait(false);
        await Task.WhenAll(_parts.Leases.RunAsync(cancel), WatchLinksAsync(cancel), TurnsAsync(cancel)).ConfigureAwait(false);
    }

    public void Dispose() => _parts.Announcer.Dispose();

    private async Task TurnsAsync(CancellationToken cancel)
    {
        await _parts.Leases.Answered.WaitAsync(cancel).ConfigureAwait(false);
        while (true)
        {
            var next = Turn();
            await _parts.Services.Changed.WaitAsync(next < Look ? next.Value : Look, _options.Time, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>One turn: decide, answer, speak, report.</summary>
    /// <returns>When something is due.</returns>
    private TimeSpan? Turn()
    {
        var certain = _parts.Leases.IsCertain;
        try
        {
            HearClaims(certain);
            if (Decide() | _looksAgain | _linksChanged)
                Settle(certain);
            else if (certain)
                _set.Update(_mine, ReadSettings().LoadBalancerRanges, certain);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever is wrong here must not end the agent, which does more than this.
            Log.NotAnnounced(_logger, e.Message);
            _looksAgain = true;
        }

        return _set.Speak(certain);
    }

    private void HearClaims(bool certain)
    {
        while (_claims.TryDequeue(out var claim))
        {
            var outcome = _set.Claim(claim.Address, certain);
            if (outcome == ClaimOutcome.None)
                continue;
            _parts.Metrics.NoteClaim();
            _reporter.NoteClaim(claim.Address, claim.Mac, outcome, _announcements, _parts.Services.Items);
        }
    }

    /// <summary>Compiles, unless nothing changed.</summary>
    /// <returns>Whether the decision may be another one.</returns>
    private bool Decide()
    {
        var cluster = _parts.Cluster.Snapshot;
        var services = _parts.Services.Items;
        var settings = ReadSettings();
        var alive = _parts.Leases.Alive(cluster.Nodes.Select(node => node.Metadata.Name));
        var inputs = new Inputs(cluster.Nodes, services, settings, alive?.Order(StringComparer.Ordinal).ToEquatableArray(), _parts.Leases.Problem);
        if (inputs.IsSameAs(_compiled))
            return false;
        _compiled = inputs;
        _announcements = AnnouncementCompiler.Compile(cluster.Nodes, settings, services.Values, alive);
        return true;
    }

    /// <summary>Brings sockets, reports and figures to the decision.</summary>
    private void Settle(bool certain)
    {
        (_looksAgain, _linksChanged) = (false, false);
        var wanted = _announcements.Where(announcement => announcement.Node == _options.NodeName).ToList();
        _mine = LinkChoice.Choose([.. wanted.Select(announcement => announcement.Address)], OwnAddresses(), _parts.Network);
        _set.Update(_mine, ReadSettings().LoadBalancerRanges, certain);
        _parts.Metrics.Known = _announcements.Count;
        _parts.Metrics.Served = _mine.Count;
        _parts.Metrics.Orphaned = _announcements.Count(announcement => announcement.Node is null);
        _reporter.Report(_announcements, _mine, _parts.Services.Items);
        _problems.Report([.. Problems(wanted)], problem => _reporter.Find(problem, _parts.Services.Items) ?? StatusReporter.Find(problem, _parts.Cluster.Snapshot, _options.NodeName));
    }

    private IEnumerable<Problem> Problems(List<Announcement> wanted)
    {
        if (_parts.Leases.Problem is { } refused)
            yield return refused;
        foreach (var announcement in wanted.Where(announcement => !_mine.Any(mine => mine.Address == announcement.Address)))
        {
            yield return new Problem(
                $"Service {announcement.Services[0]}",
                "NoLinkForAddress",
                $"node {_options.NodeName} is to announce {announcement.Address} and has no link for it: neither a subnet that holds it nor an InternalIP of its family");
        }
    }

    private EquatableArray<IpAddress> OwnAddresses() => (_parts.Cluster.Find(_options.NodeName)?.Status.Addresses ?? [])
        .Where(address => address.Type == "InternalIP" && IpAddress.TryParse(address.Address, out _))
        .Select(address => IpAddress.Parse(address.Address))
        .ToEquatableArray();

    private ClusterSettings ReadSettings()
    {
        var configuration = _parts.Cluster.Snapshot.Configuration;
        if (!ReferenceEquals(configuration, _settings.Source))
            _settings = (configuration, ClusterSettingsParser.Parse(configuration?.Data).Settings);
        return _settings.Settings;
    }

    /// <summary>Without the kernel's notifications the others' signs of life bring turns often enough.</summary>
    private async Task WatchLinksAsync(CancellationToken cancel)
    {
        try
        {
            await foreach (var change in _parts.Network.WatchAsync(NetworkTopics.Links | NetworkTopics.Addresses, cancel).ConfigureAwait(false))
            {
                // Pods come and go by veths; only what carries addresses of ours matters.
                if (_mine.Count == 0 && _announcements.Count == 0)
                    continue;
                _linksChanged = true;
                _parts.Services.Changed.Set();
            }
        }
        catch (NetlinkException e)
        {
            Log.NotAnnounced(_logger, e.Message);
        }
    }

    /// <summary>All that decisions and reports follow from. Objects keep their reference while they do not change.</summary>
    private sealed record Inputs(
        EquatableArray<KubeNode> Nodes,
        ImmutableSortedDictionary<ObjectKey, ServiceObjects> Services,
        ClusterSettings Settings,
        EquatableArray<string>? Alive,
        Problem? Refused)
    {
        public bool IsSameAs(Inputs? other) => other is not null && Nodes == other.Nodes && ReferenceEquals(Services, other.Services)
            && ReferenceEquals(Settings, other.Settings) && Alive == other.Alive && Refused == other.Refused;
    }
}

/// <summary>What an <see cref="AnnounceLoop"/> turns.</summary>
internal sealed record AnnounceParts
{
    /// <summary>Nodes and settings.</summary>
    public required ClusterWatch Cluster { get; init; }

    /// <summary>Services with addresses.</summary>
    public required BalancedServices Services { get; init; }

    /// <summary>Who is alive.</summary>
    public required AgentLeases Leases { get; init; }

    /// <summary>Links and addresses of the node.</summary>
    public required INetworkStack Network { get; init; }

    /// <summary>Answers and speaks.</summary>
    public required IAnnouncer Announcer { get; init; }

    /// <summary>Where reports go.</summary>
    public required EventRecorder Events { get; init; }

    /// <summary>Figures.</summary>
    public required AnnounceMetrics Metrics { get; init; }
}
