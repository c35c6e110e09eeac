using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Weft.Dns.Forwarding;
using Weft.Dns.Routing;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Dns.Metrics;

/// <summary>Figures of a DNS service in Prometheus' text format, with the names that CoreDNS gives them, so that its dashboards and alerts go on working.</summary>
/// <remarks>
/// Every metric is of server <c>dns://:53</c>; the zone is the cluster's domain for names in it, else that of the route. What CoreDNS calls a plugin is
/// <c>kubernetes</c> for the zone, <c>cache</c> or <c>forward</c>. Begin with <see cref="DnsService.Observe"/>.
/// </remarks>
public sealed class DnsMetrics(DnsService service) : IAnswerObserver
{
    private const string Server = "server=\"dns://:53\"";

    private readonly ConcurrentDictionary<RequestKey, Counter> _requests = new();
    private readonly ConcurrentDictionary<ResponseKey, Counter> _responses = new();
    private readonly ConcurrentDictionary<DnsName, LatencyHistogram> _durations = new();
    private readonly ConcurrentDictionary<(DnsName Zone, bool IsStream), (LatencyHistogram Requests, LatencyHistogram Responses)> _sizes = new();

    /// <inheritdoc/>
    public void Answered(in AnswerSeen seen)
    {
        Span<byte> name = stackalloc byte[DnsName.MaxLength];
        var query = DnsQuery.Read(seen.Query, name);
        var zone = ZoneOf(query.Name);
        var isStream = seen.Client.Transport == DnsTransport.Stream;
        _requests.GetOrAdd(new RequestKey(zone, isStream, seen.Client.Address.IsV6, Known(query.Type)), static _ => new Counter()).Add();
        _responses.GetOrAdd(new ResponseKey(zone, DnsHeader.Read(seen.Answer).Code, seen.Source), static _ => new Counter()).Add();
        _durations.GetOrAdd(zone, static _ => new LatencyHistogram()).Observe(seen.Took.TotalSeconds);
        var (requests, responses) = _sizes.GetOrAdd((zone, isStream), static _ => (new LatencyHistogram(LatencyHistogram.Bytes), new LatencyHistogram(LatencyHistogram.Bytes)));
        requests.Observe(seen.Query.Length);
        responses.Observe(seen.Answer.Length);
    }

    /// <summary>Appends all of them.</summary>
    public void Write(StringBuilder text)
    {
        Begin(text, "coredns_dns_requests_total", "counter", "Questions.");
        foreach (var (key, count) in _requests)
            Line(text, "coredns_dns_requests_total", $"{Of(key.Zone)},proto=\"{Proto(key.IsStream)}\",family=\"{(key.IsV6 ? 2 : 1)}\",type=\"{TypeText(key.Type)}\"", count.Value);
        Begin(text, "coredns_dns_responses_total", "counter", "Answers.");
        foreach (var (key, count) in _responses)
            Line(text, "coredns_dns_responses_total", $"{Of(key.Zone)},rcode=\"{key.Code.ToString().ToUpperInvariant()}\",plugin=\"{Plugin(key.Source)}\"", count.Value);
        Begin(text, "coredns_dns_request_duration_seconds", "histogram", "Time from question to answer.");
        foreach (var (zone, histogram) in _durations)
            histogram.Write(text, "coredns_dns_request_duration_seconds", Of(zone));
        Begin(text, "coredns_dns_request_size_bytes", "histogram", "Bytes of questions.");
        foreach (var (key, sizes) in _sizes)
            sizes.Requests.Write(text, "coredns_dns_request_size_bytes", $"{Of(key.Zone)},proto=\"{Proto(key.IsStream)}\"");
        Begin(text, "coredns_dns_response_size_bytes", "histogram", "Bytes of answers.");
        foreach (var (key, sizes) in _sizes)
            sizes.Responses.Write(text, "coredns_dns_response_size_bytes", $"{Of(key.Zone)},proto=\"{Proto(key.IsStream)}\"");
        Begin(text, "coredns_panics_total", "counter", "Questions that met a fault of the server itself.");
        text.Append(CultureInfo.InvariantCulture, $"coredns_panics_total {service.Faults}\n");
        var routes = service.Routes.Routes;
        Caches(text, routes);
        Upstreams(text, routes);
    }

    private static void Caches(StringBuilder text, IReadOnlyList<LiveRoute> routes)
    {
        Series(text, "coredns_cache_entries", "gauge", "Answers in memory.", routes, route => [($"{Zones(route)},type=\"all\"", route.Forwarder.Remembered)]);
        Series(text, "coredns_cache_hits_total", "counter", "Answers given from memory.", routes, route =>
            [($"{Zones(route)},type=\"success\"", route.Forwarder.Figures.Hits.Success), ($"{Zones(route)},type=\"denial\"", route.Forwarder.Figures.Hits.Denial)]);
        Series(text, "coredns_cache_misses_total", "counter", "Questions that memory had no answer to.", routes, route => [(Zones(route), route.Forwarder.Figures.Misses)]);
        Series(text, "coredns_cache_requests_total", "counter", "Questions to memory.", routes, route =>
            [(Zones(route), route.Forwarder.Figures.Misses + route.Forwarder.Figures.Hits.Success + route.Forwarder.Figures.Hits.Denial)]);
        Series(text, "coredns_cache_prefetch_total", "counter", "Answers asked for again ahead of their end.", routes, route => [(Zones(route), route.Forwarder.Figures.Prefetches)]);
        Series(text, "coredns_cache_served_stale_total", "counter", "Answers given after their end.", routes, route => [(Zones(route), route.Forwarder.Figures.StaleServed)]);
    }

    private static void Upstreams(StringBuilder text, IReadOnlyList<LiveRoute> routes)
    {
        Series(text, "coredns_forward_max_concurrent_rejects_total", "counter", "Questions left because too many were under way.", routes, route => [(Zones(route), route.Forwarder.Figures.Rejects)]);
        Series(text, "coredns_forward_healthcheck_broken_total", "counter", "Questions for which all servers were ill.", routes, route => [(Zones(route), route.Forwarder.Figures.Broken)]);
        var servers = routes.SelectMany(route => route.Forwarder.Upstreams).Distinct().ToList();
        Begin(text, "coredns_proxy_healthcheck_failures_total", "counter", "Times a server did not say that it is well.");
        foreach (var server in servers)
            Line(text, "coredns_proxy_healthcheck_failures_total", Proxy(server), server.FailedProbes);
        Begin(text, "coredns_proxy_request_duration_seconds", "histogram", "Time that servers took.");
        foreach (var server in servers)
        {
            foreach (var (code, latencies) in server.Latencies)
                latencies.Write(text, "coredns_proxy_request_duration_seconds", $"{Proxy(server)},rcode=\"{code.ToUpperInvariant()}\"");
        }
    }

    private static void Series(StringBuilder text, string name, string type, string help, IReadOnlyList<LiveRoute> routes, Func<LiveRoute, IEnumerable<(string Labels, long Value)>> values)
    {
        Begin(text, name, type, help);
        foreach (var (labels, value) in routes.SelectMany(values))
            Line(text, name, labels, value);
    }

    private static void Begin(StringBuilder text, string name, string type, string help) => text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    private static void Line(StringBuilder text, string name, string labels, long value) => text.Append(CultureInfo.InvariantCulture, $"{name}{{{labels}}} {value}\n");

    private DnsName ZoneOf(ReadOnlySpan<byte> name)
    {
        var origin = service.Zone.Origin;
        if (name.IsEmpty)
            return DnsName.Root;
        return NameBytes.IsWithin(name, origin.Wire) ? origin : service.Routes.Find(name)?.Zone ?? DnsName.Root;
    }

    private static string Of(DnsName zone) => $"{Server},zone=\"{zone}\",view=\"\"";

    private static string Zones(LiveRoute route) => $"{Server},zones=\"{route.Zone}\",view=\"\"";

    private static string Proxy(UpstreamState server) => $"proxy_name=\"forward\",to=\"{server.Upstream.Name}\"";

    private static string Proto(bool isStream) => isStream ? "tcp" : "udp";

    // Clients choose types: only those that have names get a series of their own.
    private static DnsType Known(DnsType type) => Enum.IsDefined(type) ? type : 0;

    private static string TypeText(DnsType type) => type == 0 ? "other" : type.ToString();

    private static string Plugin(AnswerSource source) => source switch
    {
        AnswerSource.Zone => "kubernetes",
        AnswerSource.Cache or AnswerSource.Stale => "cache",
        AnswerSource.Hosts => "hosts",
        AnswerSource.Upstream => "forward",
        _ => "",
    };

    private readonly record struct RequestKey(DnsName Zone, bool IsStream, bool IsV6, DnsType Type);

    private readonly record struct ResponseKey(DnsName Zone, DnsCode Code, AnswerSource Source);

    private sealed class Counter
    {
        private long _value;

        public long Value => Interlocked.Read(ref _value);

        public void Add() => Interlocked.Increment(ref _value);
    }
}
