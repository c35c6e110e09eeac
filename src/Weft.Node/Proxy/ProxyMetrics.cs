using System.Globalization;
using System.Text;
using Weft.Netlink.Conntrack;
using Weft.Node.Proxy.Watching;
using Weft.Node.Status;

namespace Weft.Node.Proxy;

/// <summary>Figures of the proxy. Names beginning with <c>kubeproxy_</c> are upstream's (pkg/proxy/metrics), with its labels and buckets, so that its dashboards work.</summary>
internal sealed class ProxyMetrics
{
    private static readonly double[] SyncBounds = Histogram.Exponential(0.001, 2, 15);
    private static readonly double[] ProgrammingBounds =
        [.. Histogram.Linear(0.25, 0.25, 2), .. Histogram.Linear(1, 1, 59), .. Histogram.Linear(60, 5, 12), .. Histogram.Linear(120, 30, 7)];

    private readonly Family[] _families = [new("IPv4"), new("IPv6")];
    private readonly Func<(int Services, int Slices)> _pending;
    private long _serviceChanges;
    private long _sliceChanges;
    private long _turns;
    private long _changes;
    private long _drifts;
    private long _failures;
    private long _monitored;
    private long _problems;
    private double _lastQueued;
    private double _lastSynced;
    private ProxyTurn? _last;

    /// <summary>Figures at zero.</summary>
    /// <param name="pending">How many changes wait for a turn.</param>
    public ProxyMetrics(Func<(int Services, int Slices)> pending) => _pending = pending;

    /// <summary>How full the kernel's table of connections is; null when unknown.</summary>
    public ConntrackUsage? Connections { get; set; }

    /// <summary>Notes that a turn begins.</summary>
    public void NoteQueued(DateTimeOffset now) => _lastQueued = Seconds(now);

    /// <summary>Notes that somebody else was heard to change our tables.</summary>
    public void NoteForeignChange() => Interlocked.Increment(ref _monitored);

    /// <summary>Notes a turn.</summary>
    /// <param name="turn">What it did.</param>
    /// <param name="changes">What set it off.</param>
    /// <param name="elapsed">How long it took.</param>
    /// <param name="now">When it ended.</param>
    public void Note(ProxyTurn turn, ServiceChanges changes, TimeSpan elapsed, DateTimeOffset now)
    {
        var isFull = _turns == 0 || turn.Drift;
        _turns++;
        _serviceChanges += changes.Services;
        _sliceChanges += changes.Slices;
        _changes += turn.Changes;
        _drifts += turn.Drift ? 1 : 0;
        _failures += turn.Programmed ? 0 : 1;
        _problems = turn.Problems.Count;
        _last = turn;
        foreach (var family in _families)
        {
            family.Sync.Observe(elapsed.TotalSeconds);
            (isFull ? family.FullSync : family.PartialSync).Observe(elapsed.TotalSeconds);
        }

        if (!turn.Programmed)
            return;
        _lastSynced = Seconds(now);
        foreach (var trigger in changes.Triggers)
        {
            foreach (var family in _families)
                family.Programming.Observe(Math.Max(0, (now - trigger).TotalSeconds));
        }
    }

    /// <summary>Notes a turn that could not be done.</summary>
    public void NoteFailure() => Interlocked.Increment(ref _failures);

    /// <summary>Notes that flows were looked through.</summary>
    public void NoteCleaning(bool v6, int deleted, TimeSpan elapsed)
    {
        var family = _families[v6 ? 1 : 0];
        family.Cleaning.Observe(elapsed.TotalSeconds);
        Interlocked.Add(ref family.DeletedFlows, deleted);
    }

    /// <summary>Appends all of it in Prometheus' text format.</summary>
    public void Write(StringBuilder text)
    {
        WriteHistogram(text, "kubeproxy_sync_proxy_rules_duration_seconds", family => family.Sync);
        WriteHistogram(text, "kubeproxy_sync_full_proxy_rules_duration_seconds", family => family.FullSync);
        WriteHistogram(text, "kubeproxy_sync_partial_proxy_rules_duration_seconds", family => family.PartialSync);
        WriteHistogram(text, "kubeproxy_network_programming_duration_seconds", family => family.Programming);
        WriteHistogram(text, "kubeproxy_conntrack_reconciler_sync_duration_seconds", family => family.Cleaning);
        var (services, slices) = _pending();
        WriteFamilies(text, "kubeproxy_conntrack_reconciler_deleted_entries_total", "counter", family => Interlocked.Read(ref family.DeletedFlows));
        WriteFamilies(text, "kubeproxy_sync_proxy_rules_service_changes_total", "counter", _ => _serviceChanges);
        WriteFamilies(text, "kubeproxy_sync_proxy_rules_service_changes_pending", "gauge", _ => services);
        WriteFamilies(text, "kubeproxy_sync_proxy_rules_endpoint_changes_total", "counter", _ => _sliceChanges);
        WriteFamilies(text, "kubeproxy_sync_proxy_rules_endpoint_changes_pending", "gauge", _ => slices);
        WriteFamilies(text, "kubeproxy_sync_proxy_rules_last_timestamp_seconds", "gauge", _ => _lastSynced);
        WriteFamilies(text, "kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds", "gauge", _ => _lastQueued);
        WriteFamilies(text, "kubeproxy_sync_proxy_rules_nftables_sync_failures_total", "counter", _ => Interlocked.Read(ref _failures));
        WriteUnserved(text);
        WriteOwn(text);
    }

    private static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;

    private void WriteHistogram(StringBuilder text, string name, Func<Family, Histogram> histogram)
    {
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} histogram\n");
        foreach (var family in _families)
            histogram(family).Write(text, name, family.Label);
    }

    private void WriteFamilies(StringBuilder text, string name, string type, Func<Family, double> value)
    {
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {type}\n");
        foreach (var family in _families)
            text.Append(CultureInfo.InvariantCulture, $"{name}{{{family.Label}}} {value(family):R}\n");
    }

    /// <summary>How many ports have endpoints, but none on this node though their policy asks for it. Counted when asked, as it goes through all ports.</summary>
    private void WriteUnserved(StringBuilder text)
    {
        const string Name = "kubeproxy_sync_proxy_rules_no_local_endpoints_total";
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {Name} gauge\n");
        foreach (var family in _families)
        {
            var ports = (_last?.Table.Ports ?? []).Where(port => port.IsV6 == (family.Name == "IPv6") && port.HasAnyBackend && port.LocalBackends.Count == 0).ToList();
            text.Append(CultureInfo.InvariantCulture, $"{Name}{{{family.Label},traffic_policy=\"internal\"}} {ports.Count(port => port.InternalLocal)}\n");
            text.Append(CultureInfo.InvariantCulture, $"{Name}{{{family.Label},traffic_policy=\"external\"}} {ports.Count(port => port.ExternalLocal)}\n");
        }
    }

    private void WriteOwn(StringBuilder text)
    {
        Write(text, "weft_proxy_turns_total", "counter", _turns);
        Write(text, "weft_proxy_changes_total", "counter", _changes);
        Write(text, "weft_proxy_repairs_total", "counter", _drifts);
        Write(text, "weft_proxy_foreign_changes_total", "counter", Interlocked.Read(ref _monitored));
        Write(text, "weft_proxy_problems", "gauge", _problems);
        Write(text, "weft_proxy_ports", "gauge", _last?.Table.Ports.Count ?? 0);
        if (Connections is not { } usage)
            return;
        Write(text, "weft_conntrack_entries", "gauge", usage.Entries);
        Write(text, "weft_conntrack_entries_max", "gauge", usage.Maximum);
        Write(text, "weft_conntrack_drops_total", "counter", usage.Drops);
        Write(text, "weft_conntrack_early_drops_total", "counter", usage.EarlyDrops);
        Write(text, "weft_conntrack_insert_failures_total", "counter", usage.InsertFailures);
    }

    private static void Write(StringBuilder text, string name, string type, long value) =>
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {type}\n{name} {value}\n");

    private sealed class Family(string name)
    {
        public long DeletedFlows;

        public string Name { get; } = name;

        public string Label { get; } = $"ip_family=\"{name}\"";

        public Histogram Sync { get; } = new(SyncBounds);

        public Histogram FullSync { get; } = new(SyncBounds);

        public Histogram PartialSync { get; } = new(SyncBounds);

        public Histogram Programming { get; } = new(ProgrammingBounds);

        public Histogram Cleaning { get; } = new(SyncBounds);
    }
}
