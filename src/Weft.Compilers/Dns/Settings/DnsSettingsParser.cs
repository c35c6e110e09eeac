using System.Collections.Immutable;
using System.Globalization;
using Weft.Compilers.Clusters;
using Weft.Compilers.Dns.Corefiles;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Compilers.Dns.Settings;

/// <summary>Reads <see cref="DnsSettings"/> from the data of ConfigMap <c>kube-system/weft-config</c>: its key <c>Corefile</c> first, then the keys of single settings, which so count more.</summary>
/// <remarks>Never throws: what cannot be read is a problem, and leaves what would hold without it.</remarks>
public static class DnsSettingsParser
{
    private const string Corefile = "Corefile", Prefix = "dns-";
    private const uint MostTtl = 3600;

    /// <summary>Reads the data; null, an absent ConfigMap, gives the defaults.</summary>
    public static DnsSettingsRead Parse(IEnumerable<KeyValuePair<string, string>>? data)
    {
        var report = new SettingsReport();
        var keys = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in data ?? [])
            keys[key] = value;

        // Who answers and where is said with the problems of all the cluster's settings.
        var settings = new DnsSettings { Addresses = ClusterSettingsParser.Parse(keys).Settings.DnsAddresses };
        if (keys.TryGetValue(Corefile, out var text))
            settings = CorefileReader.Read(text, keys, settings, report);
        foreach (var (key, value) in keys)
            settings = Apply(settings, key, value.Trim(), report);
        return new DnsSettingsRead(settings, report.Problems, report.Notes);
    }

    private static DnsSettings Apply(DnsSettings settings, string key, string value, SettingsReport report) => key switch
    {
        "cluster-domain" => settings with { ClusterDomain = Domain(key, value, settings.ClusterDomain, report) },
        "dns-ttl" => settings with { Ttl = Seconds(key, value, settings.Ttl, report) },
        "dns-pod-records" => settings with { PodRecords = value == "verified" ? PodRecords.Verified : Switch(key, value, settings.PodRecords != PodRecords.Off, report) ? PodRecords.Unchecked : PodRecords.Off },
        "dns-completion" => settings with { Completion = Switch(key, value, settings.Completion, report) },
        "dns-mix-case" => MixCase(key, value, settings, report),
        "dns-transfer-to" => settings with { TransferTo = Ranges(key, value, report) },
        "dns-upstreams" => Upstreams(key, value, settings, report),
        "dns-stub-domains" => Stubs(key, value, settings, report),
        "dns-hosts" => settings.With(settings.Root() with { Hosts = settings.Root().Hosts with { Entries = HostsReader.Read(value, key, report) } }),
        "dns-address" => settings,
        _ when key.StartsWith(Prefix, StringComparison.Ordinal) => Unknown(settings, key, report),
        _ => settings,
    };

    private static DnsSettings Unknown(DnsSettings settings, string key, SettingsReport report)
    {
        report.Bad(key, "there is no such key; those of DNS are dns, dns-address, dns-ttl, dns-pod-records, dns-completion, dns-mix-case, dns-transfer-to, dns-upstreams, dns-stub-domains, dns-hosts, cluster-domain and Corefile");
        return settings;
    }

    private static DnsName Domain(string key, string value, DnsName fallback, SettingsReport report)
    {
        if (value.Length == 0)
            return fallback;
        if (DnsName.TryParse(value.ToLowerInvariant(), out var domain, out var problem) && !domain.IsRoot)
            return domain;
        report.Bad(key, $"'{value}' is no domain: {problem ?? "the root holds everybody's names"}; write what the kubelets have as clusterDomain ({fallback} is used meanwhile)");
        return fallback;
    }

    private static uint Seconds(string key, string value, uint fallback, SettingsReport report)
    {
        if (value.Length == 0 || (uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= MostTtl))
            return value.Length == 0 ? fallback : uint.Parse(value, CultureInfo.InvariantCulture);
        report.Bad(key, $"'{value}' is no number of seconds from 0 to {MostTtl} ({fallback} is used meanwhile)");
        return fallback;
    }

    private static bool Switch(string key, string value, bool fallback, SettingsReport report)
    {
        if (value.Length > 0 && value is not ("true" or "on" or "false" or "off"))
            report.Bad(key, $"'{value}' is neither true nor false ({(fallback ? "true" : "false")} is used meanwhile)");
        return value is "true" or "on" || (fallback && value is not ("false" or "off"));
    }

    /// <summary>Holds for every route: those of the Corefile are there already, and those of later keys are like the ones above them.</summary>
    private static DnsSettings MixCase(string key, string value, DnsSettings settings, SettingsReport report)
    {
        var mixes = Switch(key, value, fallback: false, report);
        return settings with { Routes = settings.Routes.Select(route => route with { MixCase = mixes }).ToEquatableArray() };
    }

    private static EquatableArray<IpPrefix> Ranges(string key, string value, SettingsReport report)
    {
        var all = new SortedSet<IpPrefix>();
        foreach (var part in DnsValues.List(value))
        {
            if (DnsValues.TryReadRanges(part, out var ranges))
                all.UnionWith(ranges);
            else
                report.Bad(key, $"'{part}' is not a CIDR block; write blocks such as 192.0.2.0/24, separated by commas");
        }

        return all.ToEquatableArray();
    }

    private static DnsSettings Upstreams(string key, string value, DnsSettings settings, SettingsReport report)
    {
        var words = DnsValues.List(value);
        var servers = Servers(key, words.Where(word => word is not ("node" or "none")), report);
        return servers.Count == 0 && !words.Intersect(["node", "none"]).Any() ? settings : settings.With(settings.Root() with { Upstreams = servers, AsksNodeServers = words.Contains("node") });
    }

    /// <summary>A zone and its servers in each line.</summary>
    private static DnsSettings Stubs(string key, string value, DnsSettings settings, SettingsReport report)
    {
        var known = new HashSet<DnsName>();
        foreach (var line in value.Split(['\n', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith('#'))
                continue;
            if (line.Split('=', 2, StringSplitOptions.TrimEntries) is not [var domain, var list])
                report.Bad(key, $"'{line}' is no domain with servers; write lines such as corp.example = 192.0.2.53");
            else if (!DnsValues.TryReadZone(domain, out var zone, out var reason))
                report.Bad(key, $"'{domain}' is no domain: {reason}");
            else if (zone.IsRoot)
                report.Bad(key, "the root is no stub domain: name servers for everything by dns-upstreams");
            else if (!known.Add(zone))
                report.Bad(key, $"'{domain}' is there twice: the first line counts");
            else
                settings = settings.With(Like(settings, zone) with { Upstreams = Servers(key, DnsValues.List(list), report), AsksNodeServers = false });
        }

        return settings;
    }

    /// <summary>What else a route does is what is done with names of its zone without it.</summary>
    private static DnsRoute Like(DnsSettings settings, DnsName zone) => (settings.RouteOf(zone) ?? new DnsRoute(zone)) with { Zone = zone };

    private static EquatableArray<DnsUpstream> Servers(string key, IEnumerable<string> words, SettingsReport report)
    {
        var servers = ImmutableArray.CreateBuilder<DnsUpstream>();
        foreach (var word in words)
        {
            if (DnsUpstream.TryParse(word, out var server))
                servers.Add(server);
            else
                report.Bad(key, $"'{word}' is no server; write addresses such as 192.0.2.53, [2001:db8::53]:5353 or tls://192.0.2.53#dns.example");
        }

        return servers.DrainToImmutable();
    }
}
