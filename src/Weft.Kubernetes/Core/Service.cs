using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>A name and a virtual address for a set of pods.</summary>
public sealed record Service : KubeObject<Service>, IKubeObject<Service>
{
    public static ResourceType Resource { get; } = new("", "v1", "services", "Service", Namespaced: true);
    public ServiceSpec Spec { get; init => field = value ?? new(); } = new();
    public ServiceStatus? Status { get; init; }
}

/// <summary>Which pods, which ports, which addresses.</summary>
public sealed record ServiceSpec
{
    public string? Type { get; init; }

    /// <summary>The virtual address, or <c>None</c> for a headless Service.</summary>
    public string? ClusterIP { get; init; }
    public EquatableArray<string> ClusterIPs { get; init; }
    public EquatableArray<string> IpFamilies { get; init; }
    public string? IpFamilyPolicy { get; init; }
    public StringMap Selector { get; init; }
    public EquatableArray<ServicePort> Ports { get; init; }
    public EquatableArray<string> ExternalIPs { get; init; }
    public string? ExternalName { get; init; }
    public string? ExternalTrafficPolicy { get; init; }
    public string? InternalTrafficPolicy { get; init; }
    public string? TrafficDistribution { get; init; }
    public int? HealthCheckNodePort { get; init; }
    public string? LoadBalancerIP { get; init; }
    public string? LoadBalancerClass { get; init; }
    public EquatableArray<string> LoadBalancerSourceRanges { get; init; }
    public bool? AllocateLoadBalancerNodePorts { get; init; }
    public bool? PublishNotReadyAddresses { get; init; }
    public string? SessionAffinity { get; init; }
    public SessionAffinityConfig? SessionAffinityConfig { get; init; }
}

/// <summary>Settings of session affinity.</summary>
public sealed record SessionAffinityConfig
{
    public ClientIpConfig? ClientIP { get; init; }
}

/// <summary>How long a client keeps its endpoint.</summary>
public sealed record ClientIpConfig
{
    public int? TimeoutSeconds { get; init; }
}

/// <summary>One port of a Service.</summary>
public sealed record ServicePort
{
    public string? Name { get; init; }
    public string? Protocol { get; init; }
    public string? AppProtocol { get; init; }
    public int Port { get; init; }
    public IntOrString? TargetPort { get; init; }
    public int? NodePort { get; init; }
}

/// <summary>Where a Service is reached from outside.</summary>
public sealed record ServiceStatus
{
    public LoadBalancerStatus? LoadBalancer { get; init; }
    public EquatableArray<Condition> Conditions { get; init; }
}

/// <summary>Addresses of load balancers.</summary>
public sealed record LoadBalancerStatus
{
    public EquatableArray<LoadBalancerIngress> Ingress { get; init; }
}

/// <summary>One address of a load balancer.</summary>
public sealed record LoadBalancerIngress
{
    public string? Ip { get; init; }
    public string? Hostname { get; init; }
    public string? IpMode { get; init; }
}
