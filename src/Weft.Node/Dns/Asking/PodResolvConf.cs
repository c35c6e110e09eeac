using System.Globalization;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Node.Dns.Asking;

/// <summary>How the resolver of a pod is set up, as a kubelet does it: by <c>dnsPolicy</c>, and what <c>dnsConfig</c> adds.</summary>
internal static class PodResolvConf
{
    /// <summary>What the pod's <c>/etc/resolv.conf</c> says.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="node">What the node's says.</param>
    /// <param name="view">Where cluster DNS answers, and its domain.</param>
    public static ResolvConf Of(PolicyPod pod, ResolvConf node, DnsView view)
    {
        var (policy, config, _) = pod.Resolver ?? new PodResolver(PodResolver.ClusterFirst, null, null);
        var basis = policy == "None" ? new ResolvConf([], [], 1)
            : policy == "ClusterFirstWithHostNet" || (policy == PodResolver.ClusterFirst && !pod.HostNetwork)
                ? new ResolvConf(view.Addresses, [.. SearchSettings.ClusterEnds(pod.Namespace, view.Settings.ClusterDomain), .. node.Search], SearchSettings.ClusterDots)
                : node;
        return config is null ? basis : new ResolvConf(
            [.. basis.Servers.Concat(config.Nameservers.SelectMany(text => IpAddress.TryParse(text, out var address) ? [address] : Array.Empty<IpAddress>())).Distinct()],
            [.. basis.Search.Concat(config.Searches.SelectMany(text => DnsName.TryParse(text, out var end, out _) ? [end] : Array.Empty<DnsName>())).Distinct()],
            config.Options.LastOrDefault(option => option.Name == SearchSettings.Dots)?.Value is { } dots && int.TryParse(dots, NumberStyles.None, CultureInfo.InvariantCulture, out var own)
                ? Math.Min(own, SearchSettings.MostDots)
                : basis.Ndots);
    }
}
