using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>Some of the endpoints of a Service (<c>discovery.k8s.io/v1</c>).</summary>
public sealed record EndpointSlice : KubeObject<EndpointSlice>, IKubeObject<EndpointSlice>
{
    /// <summary>The label that names the Service of a slice.</summary>
    public const string ServiceNameLabel = "kubernetes.io/service-name";

    /// <summary>The label that names who writes a slice.</summary>
    public const string ManagedByLabel = "endpointslice.kubernetes.io/managed-by";

    public static ResourceType Resource { get; } = new("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", Namespaced: true);

    /// <summary><c>IPv4</c>, <c>IPv6</c> or <c>FQDN</c>.</summary>
    public string AddressType { get; init => field = value ?? ""; } = "";
    public EquatableArray<Endpoint> Endpoints { get; init; }
    public EquatableArray<EndpointPort> Ports { get; init; }
}

/// <summary>One endpoint with its state and place.</summary>
public sealed record Endpoint
{
    public EquatableArray<string> Addresses { get; init; }
    public EndpointConditions? Conditions { get; init; }
    public string? Hostname { get; init; }
    public string? NodeName { get; init; }
    public string? Zone { get; init; }
    public ObjectReference? TargetRef { get; init; }
    public EndpointHints? Hints { get; init; }
}

/// <summary>Whether an endpoint takes connections; null counts as ready, as serving, and as not terminating.</summary>
public sealed record EndpointConditions
{
    public bool? Ready { get; init; }
    public bool? Serving { get; init; }
    public bool? Terminating { get; init; }
}

/// <summary>For whom an endpoint is meant.</summary>
public sealed record EndpointHints
{
    public EquatableArray<NamedItem> ForZones { get; init; }
    public EquatableArray<NamedItem> ForNodes { get; init; }
}
