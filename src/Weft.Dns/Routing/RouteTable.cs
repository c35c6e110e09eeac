using Weft.Dns.Caching;
using Weft.Dns.Forwarding;
using Weft.Model.Dns;

namespace Weft.Dns.Routing;

/// <summary>Routes by the ends of names. Immutable: a change of settings makes another table, which shares with this one what did not change.</summary>
public sealed class RouteTable
{
    private readonly LiveRoute[] _routes;

    /// <summary>Takes routes in any order; of two with one zone the first counts.</summary>
    public RouteTable(IEnumerable<LiveRoute> routes)
    {
        _routes = [.. routes.DistinctBy(route => route.Zone).OrderByDescending(route => route.Zone.LabelCount)];
        IsSpecial = _routes.Any(route => route.IsSpecial);
    }

    /// <summary>A table without routes: all names fail.</summary>
    public static RouteTable None { get; } = new([]);

    /// <summary>Whether any route looks at names before the cluster's zone does. Without one, a query pays nothing for them.</summary>
    internal bool IsSpecial { get; }

    /// <summary>Where it is told why names fail; nowhere when null.</summary>
    internal ErrorLog? Errors { get; init; }

    /// <summary>Every route, the longest zone first.</summary>
    public IReadOnlyList<LiveRoute> Routes => _routes;

    /// <summary>The route with the longest zone that a name is in; null when it is in none.</summary>
    public LiveRoute? Find(ReadOnlySpan<byte> name)
    {
        foreach (var route in _routes)
        {
            if (NameBytes.IsWithin(name, route.Zone.Wire))
                return route;
        }

        return null;
    }

    /// <summary>The answer in memory that holds; null when others must be asked.</summary>
    public CachedAnswer? Known(ReadOnlySpan<byte> name, DnsType type) => Find(name) is { } route ? route.Hosts.Known(name, type) ?? route.Forwarder.Find(name, type) : null;

    /// <summary>What others say, or said.</summary>
    public ValueTask<Forwarded> AskAsync(DnsName name, DnsType type) => Find(name.Wire) switch
    {
        null => new ValueTask<Forwarded>(new Forwarded(null, Failure: $"no route leads to servers for {name}")),
        var route when route.Hosts.Known(name.Wire, type) is { } known => new ValueTask<Forwarded>(new Forwarded(known)),
        var route when route.Excepts(name.Wire) => new ValueTask<Forwarded>(new Forwarded(null, Failure: $"the route of {route.Zone} excepts {name}")),
        { Settings.LogErrors: true } route when Errors is { } errors => TellAsync(route.Forwarder.AskAsync(name, type), errors, name, type),
        var route => route.Forwarder.AskAsync(name, type),
    };

    /// <summary>The name that another stands for; null when it stands for itself.</summary>
    internal DnsName? Renamed(ReadOnlySpan<byte> name) => IsSpecial ? Find(name)?.Rewrites.Apply(name) : null;

    private static async ValueTask<Forwarded> TellAsync(ValueTask<Forwarded> asking, ErrorLog errors, DnsName name, DnsType type)
    {
        var forwarded = await asking.ConfigureAwait(false);
        if (forwarded.Answer is null)
            errors.Failed(name, type, forwarded.Failure);
        return forwarded;
    }

    /// <summary>A table that sends every name the same way.</summary>
    public static RouteTable To(Forwarder forwarder) => new([new LiveRoute(new DnsRoute(DnsName.Root), [], forwarder)]);
}
