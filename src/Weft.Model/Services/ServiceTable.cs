namespace Weft.Model.Services;

/// <summary>Everything that the proxy of one node serves.</summary>
public sealed record ServiceTable
{
    /// <summary>No Services.</summary>
    public static ServiceTable Empty { get; } = new();

    /// <summary>Sorted by name, then IPv4 before IPv6.</summary>
    public EquatableArray<ProxiedPort> Ports { get; init; }

    /// <summary>Where pods live: connections from elsewhere (and not from the node itself) to a cluster IP are masqueraded, or answers would not come back this way.</summary>
    public EquatableArray<IpPrefix> PodRanges { get; init; }

    /// <summary>Where cluster IPs live: what no Service uses of it is refused. Empty when unknown.</summary>
    public EquatableArray<IpPrefix> ServiceRanges { get; init; }

    /// <summary>Which of the node's addresses take node ports; empty for all but loopback.</summary>
    public EquatableArray<IpPrefix> NodePortAddresses { get; init; }

    /// <summary>Whether every connection to a cluster IP is masqueraded.</summary>
    public bool MasqueradeAll { get; init; }

    /// <summary>Which ports tell load balancers whether this node has endpoints; sorted by port.</summary>
    public EquatableArray<ServiceHealthCheck> HealthChecks { get; init; }
}

/// <summary>A Service's <c>healthCheckNodePort</c>.</summary>
/// <param name="Namespace">Namespace of the Service.</param>
/// <param name="Service">Its name.</param>
/// <param name="Port">The port to answer on.</param>
/// <param name="LocalEndpoints">How many endpoints this node has: with none the answer is 503.</param>
public readonly record struct ServiceHealthCheck(string Namespace, string Service, ushort Port, int LocalEndpoints);
