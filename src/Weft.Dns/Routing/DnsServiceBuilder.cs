using Weft.Dns.Caching;
using Weft.Dns.Forwarding;
using Weft.Dns.Serving;
using Weft.Dns.Zones;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Dns.Routing;

/// <summary>Makes a service from settings, and makes it follow when they change: in one swap, without a query lost.</summary>
/// <remarks>
/// Whatever still holds stays: connections to servers that are still asked, what is known of their health, and what was remembered of a zone whose servers are
/// the same. The zone of the cluster is its owner's to set (<see cref="DnsService.Zone"/>); <see cref="ZoneOf"/> says what it is like.
/// </remarks>
public sealed class DnsServiceBuilder : IDisposable
{
    private readonly TimeProvider _time;
    private readonly UpstreamPool _pool = new();
    private readonly Lock _gate = new();
    private readonly Action<string>? _log;
    private readonly ErrorLog? _errors;
    private IDisposable? _watching;

    /// <summary>Makes the service.</summary>
    /// <param name="settings">How it is to behave.</param>
    /// <param name="zone">The names of the cluster.</param>
    /// <param name="nodeServers">Whom the node itself asks (<see cref="ResolvConf.Servers"/>); addresses of the service itself are left out.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where lines of queries and errors go, as far as routes want them; nowhere when null.</param>
    public DnsServiceBuilder(DnsSettings settings, ClusterZone zone, EquatableArray<IpAddress> nodeServers, TimeProvider time, Action<string>? log = null)
    {
        (_time, _log) = (time, log);
        _errors = log is null ? null : new ErrorLog(log, time);
        Service = new DnsService(zone, Build(settings, nodeServers, former: null), time) { TransferTo = settings.TransferTo };
        Watch(settings);
    }

    /// <summary>The service, the same one all the time.</summary>
    public DnsService Service { get; }

    /// <summary>What the cluster's zone is like under these settings.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="servers">Addresses that <c>ns.dns</c> has: the cluster IPs of the DNS Service.</param>
    public static ZoneSettings ZoneOf(DnsSettings settings, EquatableArray<IpAddress> servers) =>
        new(settings.ClusterDomain) { Ttl = settings.Ttl, Servers = servers, Pods = settings.PodRecords };

    /// <summary>Makes the service follow other settings, or other servers of the node.</summary>
    public void Apply(DnsSettings settings, EquatableArray<IpAddress> nodeServers)
    {
        lock (_gate)
        {
            Service.Routes = Build(settings, nodeServers, Service.Routes);
            Service.TransferTo = settings.TransferTo;
            Watch(settings);
            _pool.Keep(Service.Routes.Routes.SelectMany(route => route.Servers.Select(server => (server, route.Settings.Expire))));
        }
    }

    /// <summary>Closes connections to servers. The service then answers what it knows, and nothing else.</summary>
    public void Dispose() => _pool.Keep([]);

    /// <summary>Looks at answers only while a route wants lines of them.</summary>
    private void Watch(DnsSettings settings)
    {
        var wanted = _log is not null && settings.Routes.Any(route => route.Log != DnsLogClasses.None);
        if (!wanted)
            _watching?.Dispose();
        _watching = wanted ? _watching ?? Service.Observe(new QueryLog(() => Service.Routes, _log!)) : null;
    }

    private RouteTable Build(DnsSettings settings, EquatableArray<IpAddress> nodeServers, RouteTable? former)
    {
        EquatableArray<DnsUpstream> node = nodeServers.Where(server => !settings.Addresses.Contains(server)).Select(server => new DnsUpstream(server, 53)).ToEquatableArray();
        return new RouteTable(settings.Routes.Select(route => Build(route, route.AsksNodeServers ? [.. route.Upstreams, .. node] : route.Upstreams, settings.ClusterDomain, former))) { Errors = _errors };
    }

    private LiveRoute Build(DnsRoute route, EquatableArray<DnsUpstream> servers, DnsName cluster, RouteTable? former)
    {
        var old = former?.Routes.FirstOrDefault(live => live.Zone == route.Zone && live.Servers == servers);
        var takesFromCluster = servers.Count > 0 && route.Zone != cluster && route.Zone.IsWithin(cluster);
        if (old?.Settings == route && old.TakesFromCluster == takesFromCluster)
            return old;
        var cache = old?.Settings.Cache == route.Cache ? old.Forwarder.Cache : new AnswerCache(route.Cache.Entries);
        return new LiveRoute(route, servers, new Forwarder([.. servers.Select(server => _pool.Get(server, route.Expire))], ForwarderOptions.Of(route), cache, _time), takesFromCluster, _time);
    }
}
