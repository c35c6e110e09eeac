using Weft.Compilers.Clusters;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Compilers.Dns;

/// <summary>Cluster DNS as others see it: the addresses at which a node itself answers, and whose identity policies give to them.</summary>
/// <remarks>
/// Policies that people have allow port 53 of the pods behind Service <c>kube-system/kube-dns</c>. No such pod need exist where every node answers, so its addresses
/// are known by the namespace and the labels that these pods would have, and by the usual names of their ports.
/// </remarks>
public static class ClusterDns
{
    /// <summary>Namespace and name of the Service of cluster DNS.</summary>
    public const string Namespace = "kube-system", ServiceName = "kube-dns";

    /// <summary>Both.</summary>
    public static ObjectKey Key { get; } = new(Namespace, ServiceName);

    /// <summary>The port of cluster DNS, by UDP and TCP.</summary>
    public const ushort Port = 53;

    private const string Label = "k8s-app";

    private static readonly EquatableArray<PodPort> Ports = [new("dns", L4Protocol.Udp, Port), new("dns-tcp", L4Protocol.Tcp, Port)];

    /// <summary>The Service as it is usually written, for clusters whose manifests leave it out.</summary>
    public static Service Assumed { get; } = new()
    {
        Metadata = new ObjectMeta { Namespace = Namespace, Name = ServiceName },
        Spec = new ServiceSpec
        {
            Selector = StringMap.Of((Label, ServiceName)),
            Ports = [.. Ports.Select(port => new ServicePort { Name = port.Name, Protocol = port.Protocol.ToString().ToUpperInvariant(), Port = port.Number })],
        },
    };

    /// <summary>Where every node answers: the addresses that settings name, then the cluster IPs of the Service. None where somebody else is cluster DNS.</summary>
    /// <param name="settings">The cluster's settings.</param>
    /// <param name="service">Service <c>kube-system/kube-dns</c>; null when there is none.</param>
    public static EquatableArray<IpAddress> AddressesOf(ClusterSettings settings, Service? service) => settings.Dns == ClusterDnsMode.Off
        ? []
        : settings.DnsAddresses.Concat(ClusterIps(service)).Distinct().ToEquatableArray();

    /// <summary>What policies take these addresses for; none where there are none.</summary>
    /// <param name="settings">The cluster's settings.</param>
    /// <param name="service">Service <c>kube-system/kube-dns</c>; its selector says which labels its pods would have. Null when there is none.</param>
    public static EquatableArray<PolicyPod> StandIns(ClusterSettings settings, Service? service)
    {
        var addresses = AddressesOf(settings, service);
        return addresses.Count == 0 ? [] :
        [
            new PolicyPod
            {
                Metadata = new ObjectMeta { Namespace = Namespace, Name = ServiceName, Labels = LabelsOf(service) },
                Addresses = addresses,
                Ports = Ports,
            },
        ];
    }

    /// <summary>A snapshot whose policies know cluster DNS, by its settings and its Services.</summary>
    public static ClusterSnapshot Complete(ClusterSnapshot cluster)
    {
        var (settings, _) = ClusterSettingsParser.Parse(cluster.Configuration?.Data);
        var service = cluster.Services.FirstOrDefault(one => one.Service.Metadata is { Namespace: Namespace, Name: ServiceName })?.Service;
        return cluster with { Policies = cluster.Policies with { StandIns = StandIns(settings, service), LearnsDomains = settings.Dns != ClusterDnsMode.Off } };
    }

    /// <summary>The cluster IPs of the Service of cluster DNS; none when it has none.</summary>
    public static IEnumerable<IpAddress> ClusterIps(Service? service) =>
        (service?.Spec.ClusterIPs is { Count: > 0 } several ? several : [service?.Spec.ClusterIP ?? ""])
        .Where(text => IpAddress.TryParse(text, out _)).Select(text => IpAddress.Parse(text));

    private static StringMap LabelsOf(Service? service)
    {
        var labels = service?.Spec.Selector ?? default;
        return labels.Find(Label) is null ? labels.With(Label, ServiceName) : labels;
    }
}
