using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>The addresses behind a Service, in the old form.</summary>
public sealed record Endpoints : KubeObject<Endpoints>, IKubeObject<Endpoints>
{
    public static ResourceType Resource { get; } = new("", "v1", "endpoints", "Endpoints", Namespaced: true);
    public EquatableArray<EndpointSubset> Subsets { get; init; }
}

/// <summary>Addresses that share the same ports.</summary>
public sealed record EndpointSubset
{
    public EquatableArray<EndpointAddress> Addresses { get; init; }
    public EquatableArray<EndpointAddress> NotReadyAddresses { get; init; }
    public EquatableArray<EndpointPort> Ports { get; init; }
}

/// <summary>One address and what stands behind it.</summary>
public sealed record EndpointAddress
{
    public string Ip { get; init => field = value ?? ""; } = "";
    public string? Hostname { get; init; }
    public string? NodeName { get; init; }
    public ObjectReference? TargetRef { get; init; }
}

/// <summary>A port of endpoints.</summary>
public sealed record EndpointPort
{
    public string? Name { get; init; }
    public int? Port { get; init; }
    public string? Protocol { get; init; }
    public string? AppProtocol { get; init; }
}
