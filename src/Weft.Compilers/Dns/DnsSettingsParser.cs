using System.Collections.Immutable;
using System.Globalization;
using Weft.Compilers.Clusters;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Compilers.Dns;

/// <summary>Reads <see cref="DnsSettings"/> from the data of ConfigMap <c>kube-system/weft-config</c>. A bad value is a problem and leaves that key's default.</summary>
/// <remarks>Keys <c>dns</c> and <c>dns-address</c> concern more than names and are read, with their problems, by <see cref="ClusterSettingsParser"/>.</remarks>
public static class DnsSettingsParser
{
    private const uint LongestTtl = 3600;

    /// <summary>Reads the data; null, an absent ConfigMap, gives the defaults.</summary>
    public static (DnsSettings Settings, EquatableArray<Problem> Problems) Parse(IEnumerable<KeyValuePair<string, string>>? data)
    {
        var problems = ImmutableArray.CreateBuilder<Problem>();
        var (cluster, _) = ClusterSettingsParser.Parse(data);
        var settings = new DnsSettings { Mode = cluster.Dns == ClusterDnsMode.Off ? DnsMode.Off : DnsMode.Node, Addresses = cluster.DnsAddresses };
        foreach (var (key, value) in (data ?? []).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (value.Trim() is { Length: > 0 } text)
                settings = Apply(settings, key, text, problem => problems.Add(new Problem(ClusterSettingsParser.ObjectName, "InvalidSetting", $"{key}: {problem}")));
        }

        return (settings with { Routes = settings.Routes.OrderByDescending(route => route.Zone.Wire.Length).ThenBy(route => route.Zone.ToString(), StringComparer.Ordinal).ToEquatableArray() }, problems.DrainToImmutable());
    }

    private static DnsSettings Apply(DnsSettings settings, string key, string value, Action<string> problem) => key switch
    {
        "cluster-domain" => settings with { ClusterDomain = Domain(value, problem) ?? settings.ClusterDomain },
        "dns-ttl" => settings with { Ttl = Ttl(value, problem) ?? settings.Ttl },
        "dns-pod-records" => settings with { PodRecords = Switch(value, problem) ?? settings.PodRecords },
        "dns-completion" => settings with { Completion = Switch(value, problem) ?? settings.Completion },
        "dns-transfer-to" => settings with { TransferTo = Blocks(value, problem) },
        "dns-upstreams" => settings with { Routes = [.. settings.Routes.Where(route => !route.Zone.IsRoot), Root(value, problem)] },
        "dns-stub-domains" => settings with { Routes = [.. settings.Routes.Where(route => route.Zone.IsRoot), .. Stubs(value, problem)] },
        _ => settings,
    };

    private static DnsName? Domain(string value, Action<string> problem)
    {
        if (DnsName.TryParse(value, out var name, out var reason) && !name.IsRoot)
            return name;
        problem($"'{value}' is no domain: {reason ?? "the root holds everybody's names"} (cluster.local is used meanwhile)");
        return null;
    }

    private static uint? Ttl(string value, Action<string> problem)
    {
        if (uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= LongestTtl)
            return seconds;
        problem(string.Create(CultureInfo.InvariantCulture, $"'{value}' is no number of seconds from 0 to {LongestTtl}"));
        return null;
    }

    private static bool? Switch(string value, Action<string> problem)
    {
        if (bool.TryParse(value, out var on))
            return on;
        problem($"'{value}' is neither true nor false");
        return null;
    }

    private static EquatableArray<IpPrefix> Blocks(string value, Action<string> problem)
    {
        var blocks = new SortedSet<IpPrefix>();
        foreach (var word in Words(value))
        {
            if (IpPrefix.TryParse(word, out var block))
                blocks.Add(block);
            else
                problem($"'{word}' is not a CIDR block; write blocks such as 10.0.0.0/8, separated by commas");
        }

        return blocks.ToEquatableArray();
    }

    /// <summary><c>node</c> stands for the servers in the node's own file, <c>none</c> for nobody.</summary>
    private static DnsRoute Root(string value, Action<string> problem)
    {
        var words = Words(value).ToList();
        var asksNode = words.Remove("node");
        words.Remove("none");
        return new DnsRoute(DnsName.Root) { Upstreams = Servers(words, problem), AsksNodeServers = asksNode };
    }

    /// <summary>A domain and its servers in each line: <c>corp.example = 192.0.2.53, 192.0.2.54</c>.</summary>
    private static IEnumerable<DnsRoute> Stubs(string value, Action<string> problem)
    {
        var known = new HashSet<DnsName>();
        foreach (var line in value.Split(['\n', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split('=', 2) is not [var domain, var servers])
                problem($"'{line}' is no domain with servers; write lines such as corp.example = 192.0.2.53");
            else if (!DnsName.TryParse(domain.Trim(), out var zone, out var reason))
                problem($"'{domain.Trim()}' is no domain: {reason}");
            else if (zone.IsRoot)
                problem("the root is no stub domain: name servers for everything by dns-upstreams");
            else if (!known.Add(zone))
                problem($"'{domain.Trim()}' is there twice: the first line counts");
            else
                yield return new DnsRoute(zone) { Upstreams = Servers(Words(servers), problem) };
        }
    }

    private static EquatableArray<DnsUpstream> Servers(IEnumerable<string> words, Action<string> problem)
    {
        var servers = ImmutableArray.CreateBuilder<DnsUpstream>();
        foreach (var word in words)
        {
            if (!DnsUpstream.TryParse(word, out var server))
                problem($"'{word}' is no server; write addresses such as 192.0.2.53 or [2001:db8::53]:5353");
            else if (server.Transport == UpstreamTransport.Tls)
                problem($"'{word}' is left out: servers are not spoken to by TLS yet, and names that are meant to be secret are not asked for in the open");
            else
                servers.Add(server);
        }

        return servers.DrainToImmutable();
    }

    private static string[] Words(string value) => value.Split([',', ' ', '\t', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
