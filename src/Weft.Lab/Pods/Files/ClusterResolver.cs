using Weft.Compilers.Clusters;
using Weft.Compilers.Dns;
using Weft.Compilers.Dns.Settings;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Pods.Files;

/// <summary>What pods are told of cluster DNS: a kubelet's <c>clusterDNS</c> and <c>clusterDomain</c>, which a lab takes from ConfigMap <c>kube-system/weft-config</c>.</summary>
/// <param name="Servers">Addresses that pods ask; none for those of the node's file.</param>
/// <param name="Domain">What all names of the cluster end with.</param>
internal sealed record ClusterResolver(IReadOnlyList<string> Servers, string Domain)
{
    /// <summary>Without cluster DNS.</summary>
    public static ClusterResolver None { get; } = new([], "cluster.local");

    /// <summary>What settings mean for pods that start now: the addresses at which nodes answer; where something else is cluster DNS, those of its Service.</summary>
    /// <param name="configuration">The ConfigMap; null for defaults.</param>
    /// <param name="service">Service <c>kube-system/kube-dns</c>; null when there is none.</param>
    /// <param name="v6">Whether IPv6 is the cluster's main family, whose addresses are named alone when there are any.</param>
    public static ClusterResolver Of(ConfigMap? configuration, Service? service, bool v6)
    {
        var (settings, _) = ClusterSettingsParser.Parse(configuration?.Data);
        var domain = DnsSettingsParser.Parse(configuration?.Data).Settings.ClusterDomain.ToString().TrimEnd('.');
        var all = (settings.Dns == ClusterDnsMode.Off ? ClusterDns.ClusterIps(service) : settings.DnsAddresses).ToList();
        var main = all.Where(address => address.IsV6 == v6).ToList();
        return new ClusterResolver([.. (main.Count > 0 ? main : all).Select(address => address.ToString())], domain);
    }

    /// <summary>Reads both objects.</summary>
    /// <exception cref="KubeApiException">The API server does not tell.</exception>
    public static async Task<ClusterResolver> ReadAsync(KubeClient client, bool v6, CancellationToken ct) => Of(
        await client.TryGetAsync<ConfigMap>(ClusterSettingsParser.Namespace, ClusterSettingsParser.Name, ct).ConfigureAwait(false),
        await client.TryGetAsync<Service>(ClusterDns.Namespace, ClusterDns.ServiceName, ct).ConfigureAwait(false),
        v6);
}
