using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Compilers.Dns.Corefiles;

/// <summary>What one server block says, on the way to routes.</summary>
/// <param name="zones">What it is for.</param>
internal sealed class ServerBlock(IReadOnlyList<DnsName> zones)
{
    // As CoreDNS without the plugin cache: nothing is remembered.
    private static readonly CacheLimits NoCache = new() { Entries = 0, MaxStale = TimeSpan.Zero, Prefetch = 0 };

    public IReadOnlyList<DnsName> Zones { get; } = zones;

    /// <summary>Where names go, by the end that a forward has.</summary>
    public List<DnsRoute> Forwards { get; } = [];

    /// <summary>What is remembered, and of which names; null without a cache.</summary>
    public (CacheLimits Limits, IReadOnlyList<DnsName> Zones)? Cache { get; set; }

    public DnsHosts Hosts { get; set; } = DnsHosts.None;

    public List<NameRewrite> Rewrites { get; } = [];

    /// <summary>What is logged, and of which names.</summary>
    public List<(DnsLogClasses Classes, IReadOnlyList<DnsName> Zones)> Logs { get; } = [];

    public bool LogErrors { get; set; }

    /// <summary>A route for each zone of the block, and for each narrower end that a forward of it has.</summary>
    public IEnumerable<DnsRoute> Routes()
    {
        foreach (var zone in Zones)
        {
            yield return Complete(zone, Forwards.Find(forward => zone.IsWithin(forward.Zone)));
            foreach (var narrower in Forwards.Where(forward => forward.Zone != zone && forward.Zone.IsWithin(zone)))
                yield return Complete(narrower.Zone, narrower);
        }
    }

    private DnsRoute Complete(DnsName zone, DnsRoute? forward) => (forward ?? new DnsRoute(zone)) with
    {
        Zone = zone,
        Cache = Cache is { } cache && cache.Zones.Any(zone.IsWithin) ? cache.Limits : NoCache,
        Hosts = Hosts,
        Rewrites = Rewrites.ToEquatableArray(),
        Log = Logs.Where(log => log.Zones.Any(zone.IsWithin)).Aggregate(DnsLogClasses.None, (all, log) => all | log.Classes),
        LogErrors = LogErrors,
    };
}
