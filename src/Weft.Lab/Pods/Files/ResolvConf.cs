using Weft.Kubernetes;

namespace Weft.Lab.Pods.Files;

/// <summary>A resolver's settings, resolv.conf(5).</summary>
internal sealed record ResolvConf(IReadOnlyList<string> Servers, IReadOnlyList<string> Searches, IReadOnlyList<string> Options)
{
    // What a kubelet lets pods have: the resolver's own limit of servers (MAXNS), 32 names to search, 2,048 characters of them.
    private const int MostServers = 3, MostSearches = 32, LongestSearch = 2048;

    /// <summary>Reads a file's text; what is not understood is left out.</summary>
    public static ResolvConf Parse(string text)
    {
        var (servers, searches, options) = (new List<string>(), new List<string>(), new List<string>());
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["nameserver", var server, ..]:
                    servers.Add(server);
                    break;
                case ["search", ..] or ["domain", ..]:
                    searches = [.. words.Skip(1)];
                    break;
                case ["options", ..]:
                    options = [.. words.Skip(1)];
                    break;
                default:
                    break;
            }
        }

        return new ResolvConf(servers, searches, options);
    }

    /// <summary>A pod's settings by its DNS policy, as the kubelet makes and limits them; without a cluster DNS the node's are used.</summary>
    public static ResolvConf For(Pod pod, ResolvConf node, IReadOnlyList<string> clusterDns, string clusterDomain)
    {
        var policy = pod.Spec.DnsPolicy ?? "ClusterFirst";
        var usesCluster = policy == "ClusterFirstWithHostNet" || (policy == "ClusterFirst" && !pod.Spec.HostNetwork);
        var result = policy == "None" ? new ResolvConf([], [], [])
            : usesCluster && clusterDns.Count > 0
                ? new ResolvConf(
                    clusterDns,
                    [$"{pod.Metadata.Namespace}.svc.{clusterDomain}", $"svc.{clusterDomain}", clusterDomain, .. node.Searches],
                    ["ndots:5"])
                : node;
        var own = pod.Spec.DnsConfig ?? new PodDnsConfig();
        return new ResolvConf(
            [.. result.Servers.Concat(own.Nameservers).Distinct().Take(MostServers)],
            [.. Fitting(result.Searches.Concat(own.Searches).Distinct())],
            MergeOptions(result.Options, own.Options));
    }

    /// <summary>The file's text.</summary>
    public override string ToString()
    {
        var lines = new List<string>();
        if (Searches.Count > 0)
            lines.Add($"search {string.Join(' ', Searches)}");
        lines.AddRange(Servers.Select(server => $"nameserver {server}"));
        if (Options.Count > 0)
            lines.Add($"options {string.Join(' ', Options)}");
        return string.Concat(lines.Select(line => line + "\n"));
    }

    private static IEnumerable<string> Fitting(IEnumerable<string> searches)
    {
        var length = -1;
        return searches.Take(MostSearches).TakeWhile(search => (length += 1 + search.Length) <= LongestSearch);
    }

    // The pod's option replaces the one of its name.
    private static List<string> MergeOptions(IReadOnlyList<string> former, IEnumerable<EnvVar> own)
    {
        var merged = former.ToDictionary(option => option.Split(':')[0], StringComparer.Ordinal);
        foreach (var option in own)
            merged[option.Name] = string.IsNullOrEmpty(option.Value) ? option.Name : $"{option.Name}:{option.Value}";
        return [.. merged.Values];
    }
}
