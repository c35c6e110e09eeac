using Weft.Model.Services;

namespace Weft.Model.Dns;

/// <summary>What the cluster's names lead to, as every node answers it (Kubernetes DNS-Based Service Discovery 1.1.0).</summary>
/// <param name="Services">All Services that have names, by namespace and name.</param>
/// <param name="Namespaces">The namespaces that exist, sorted; names directly below others do not exist.</param>
public sealed record DnsTable(EquatableArray<NamedService> Services, EquatableArray<string> Namespaces)
{
    /// <summary>No names.</summary>
    public static DnsTable Empty { get; } = new([], []);
}

/// <summary>A Service as DNS knows it: a virtual address, or the endpoints themselves, or another name.</summary>
public sealed record NamedService(string Namespace, string Name)
{
    /// <summary>Cluster IPs; none for headless Services and aliases.</summary>
    public EquatableArray<IpAddress> Addresses { get; init; }

    /// <summary>Ports that have names. A headless Service's endpoints have their own.</summary>
    public EquatableArray<DnsPort> Ports { get; init; }

    /// <summary>Endpoints that are ready, of a headless Service; by host name.</summary>
    public EquatableArray<NamedEndpoint> Endpoints { get; init; }

    /// <summary>The name that an ExternalName Service stands for; null for others.</summary>
    public DnsName? Alias { get; init; }
}

/// <summary>A port with a name.</summary>
public sealed record DnsPort(string Name, L4Protocol Protocol, ushort Number);

/// <summary>An endpoint of a headless Service.</summary>
/// <param name="HostName">One label: what the pod is called, else its first address with dashes.</param>
/// <param name="Addresses">Its addresses, those of one host name together.</param>
/// <param name="Ports">Its ports that have names.</param>
public sealed record NamedEndpoint(string HostName, EquatableArray<IpAddress> Addresses, EquatableArray<DnsPort> Ports);
