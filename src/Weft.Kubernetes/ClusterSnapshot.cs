using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>The objects that compilers read, as they were at one moment. Order carries no meaning.</summary>
public sealed record ClusterSnapshot
{
    /// <summary>All nodes.</summary>
    public EquatableArray<Node> Nodes { get; init; }

    /// <summary>Settings of the whole cluster: <c>kube-system/weft-config</c>, if there is one.</summary>
    public ConfigMap? Configuration { get; init; }

    /// <summary>Where the cluster takes cluster IPs from; empty where the API server does not tell.</summary>
    public EquatableArray<ServiceCidr> ServiceCidrs { get; init; }

    /// <summary>All Services with their endpoints.</summary>
    public EquatableArray<ServiceObjects> Services { get; init; }

    /// <summary>Network policies and whom they speak of.</summary>
    public PolicyObjects Policies { get; init; } = new();
}

/// <summary>A Service and the slices that list its endpoints. While none of these objects changes, neither does the reference.</summary>
/// <param name="Service">The Service.</param>
/// <param name="Slices">Its EndpointSlices, by name.</param>
public sealed record ServiceObjects(Service Service, EquatableArray<EndpointSlice> Slices);
