using System.Collections.Immutable;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Compilers.Clusters;

/// <summary>Reads <see cref="ClusterSettings"/> from the ConfigMap's data. A bad value is a problem and leaves that key's default.</summary>
public static class ClusterSettingsParser
{
    /// <summary>Namespace and name of the ConfigMap.</summary>
    public const string Namespace = "kube-system", Name = "weft-config";

    /// <summary>The ConfigMap as problems name it.</summary>
    public const string ObjectName = $"ConfigMap {Namespace}/{Name}";

    /// <summary>Reads the data; null, an absent ConfigMap, gives the defaults.</summary>
    public static (ClusterSettings Settings, EquatableArray<Problem> Problems) Parse(IEnumerable<KeyValuePair<string, string>>? data)
    {
        var problems = ImmutableArray.CreateBuilder<Problem>();
        var settings = new ClusterSettings();
        foreach (var (key, value) in (data ?? []).OrderBy(pair => pair.Key, StringComparer.Ordinal))
            settings = Apply(settings, key, value.Trim(), problems);
        return (settings, problems.DrainToImmutable());
    }

    private static ClusterSettings Apply(ClusterSettings settings, string key, string value, ImmutableArray<Problem>.Builder problems) => key switch
    {
        "pod-cidrs" => settings with { PodRanges = Ranges(key, value, problems) },
        "service-cidrs" => settings with { ServiceRanges = Ranges(key, value, problems) },
        "cni" => settings with { Attachment = Choice(key, value, settings.Attachment, problems) },
        "overlay" => settings with { Overlay = Choice(key, value, settings.Overlay, problems) },
        "proxy" => settings with { Proxy = Choice(key, value, settings.Proxy, problems) },
        "node-port-addresses" => settings with { NodePortAddresses = Ranges(key, value, problems) },
        "masquerade-all" => settings with { MasqueradeAll = Switch(key, value, problems) },
        "load-balancer-ranges" => settings with { LoadBalancerRanges = AddressRanges(key, value, problems) },
        "load-balancer-nodes" => settings with { LoadBalancerNodes = Selector(key, value, problems) },
        "pod-start" => settings with { PodStart = Choice(key, value, settings.PodStart, problems) },
        "policy-connections" => settings with { PolicyConnections = Choice(key, value, settings.PolicyConnections, problems) },
        "dns" => settings with { Dns = Choice(key, value, settings.Dns, problems) },
        "dns-address" => settings with { DnsAddresses = Addresses(key, value, settings.DnsAddresses, problems) },
        "cni-conf" => settings with { CniConfiguration = value.Length == 0 ? null : value },
        _ => settings,
    };

    private static EquatableArray<IpPrefix> Ranges(string key, string value, ImmutableArray<Problem>.Builder problems)
    {
        var ranges = new SortedSet<IpPrefix>();
        foreach (var part in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IpPrefix.TryParse(part, out var range))
                ranges.Add(range);
            else
                problems.Add(Bad(key, $"'{part}' is not a CIDR block; write blocks such as 10.244.0.0/16, separated by commas"));
        }

        return ranges.ToEquatableArray();
    }

    private static EquatableArray<IpAddress> Addresses(
        string key, string value, EquatableArray<IpAddress> fallback, ImmutableArray<Problem>.Builder problems)
    {
        var (addresses, before) = (new SortedSet<IpAddress>(), problems.Count);
        foreach (var part in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!IpAddress.TryParse(part, out var address))
                problems.Add(Bad(key, $"'{part}' is no address; write addresses such as 169.254.20.10, separated by commas ({Shown(fallback)} are used meanwhile)"));
            else if (address.IsUnspecified || address.IsLoopback || address.IsMulticast || address is { IsV6: true, IsLinkLocal: true })
                problems.Add(Bad(key, $"{part} leads no pod to its node; write addresses such as 169.254.20.10 or fd00:169:254:20::10 ({Shown(fallback)} are used meanwhile)"));
            else
                addresses.Add(address);
        }

        return addresses.Count == 0 || problems.Count > before ? fallback : addresses.ToEquatableArray();
    }

    private static string Shown(EquatableArray<IpAddress> addresses) => string.Join(", ", addresses);

    private static EquatableArray<IpRange> AddressRanges(string key, string value, ImmutableArray<Problem>.Builder problems)
    {
        var ranges = new SortedSet<IpRange>();
        foreach (var part in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IpRange.TryParse(part, out var range))
                ranges.Add(range);
            else
                problems.Add(Bad(key, $"'{part}' is not a range of addresses; write blocks such as 192.0.2.0/28 or pairs such as 192.0.2.10-192.0.2.20, separated by commas"));
        }

        return ranges.ToEquatableArray();
    }

    private static LabelSelector Selector(string key, string value, ImmutableArray<Problem>.Builder problems)
    {
        if (LabelSelector.TryParse(value, out var selector, out var error))
            return selector;
        problems.Add(Bad(key, $"'{value}' is no label selector: {error} (all nodes may announce meanwhile)"));
        return LabelSelector.Everything;
    }

    private static bool Switch(string key, string value, ImmutableArray<Problem>.Builder problems)
    {
        if (!bool.TryParse(value, out var on) && value.Length > 0)
            problems.Add(Bad(key, $"'{value}' is neither true nor false (false is used meanwhile)"));
        return on;
    }

    private static T Choice<T>(string key, string value, T fallback, ImmutableArray<Problem>.Builder problems)
        where T : struct, Enum
    {
        var names = Enum.GetNames<T>();
        var index = Array.FindIndex(names, name => name.Equals(value, StringComparison.OrdinalIgnoreCase));
        if (index >= 0)
            return Enum.GetValues<T>()[index];
        if (value.Length > 0)
            problems.Add(Bad(key, $"'{value}' is unknown; use one of {string.Join(", ", names).ToLowerInvariant()} ({fallback.ToString().ToLowerInvariant()} is used meanwhile)"));
        return fallback;
    }

    private static Problem Bad(string key, string message) => new(ObjectName, "InvalidSetting", $"{key}: {message}");
}
