using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>Containers that share one network namespace and one address.</summary>
public sealed record Pod : KubeObject<Pod>, IKubeObject<Pod>
{
    public static ResourceType Resource { get; } = new("", "v1", "pods", "Pod", Namespaced: true);
    public PodSpec Spec { get; init => field = value ?? new(); } = new();
    public PodStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What a pod consists of and where it may run.</summary>
public sealed record PodSpec
{
    public EquatableArray<Container> Containers { get; init; }
    public EquatableArray<Container> InitContainers { get; init; }
    public EquatableArray<Volume> Volumes { get; init; }
    public string? NodeName { get; init; }
    public StringMap NodeSelector { get; init; }
    public Affinity? Affinity { get; init; }
    public EquatableArray<Toleration> Tolerations { get; init; }
    public string? SchedulerName { get; init; }
    public EquatableArray<NamedItem> SchedulingGates { get; init; }
    public EquatableArray<ReadinessGate> ReadinessGates { get; init; }
    public int? Priority { get; init; }
    public string? RestartPolicy { get; init; }
    public long? TerminationGracePeriodSeconds { get; init; }
    public long? ActiveDeadlineSeconds { get; init; }
    public bool HostNetwork { get; init; }
    public bool HostPID { get; init; }
    public bool? ShareProcessNamespace { get; init; }
    public string? Hostname { get; init; }
    public string? Subdomain { get; init; }
    public bool? SetHostnameAsFQDN { get; init; }
    public string? DnsPolicy { get; init; }
    public PodDnsConfig? DnsConfig { get; init; }
    public EquatableArray<HostAlias> HostAliases { get; init; }
    public string? ServiceAccountName { get; init; }
    public bool? AutomountServiceAccountToken { get; init; }
    public bool? EnableServiceLinks { get; init; }
    public PodSecurityContext? SecurityContext { get; init; }
    public StringMap Overhead { get; init; }
}

/// <summary>Security settings of a whole pod.</summary>
public sealed record PodSecurityContext
{
    public EquatableArray<EnvVar> Sysctls { get; init; }
    public long? RunAsUser { get; init; }
    public long? RunAsGroup { get; init; }
    public long? FsGroup { get; init; }
}

/// <summary>Something known by its name only.</summary>
public sealed record NamedItem(string Name);

/// <summary>A condition that must be <c>True</c> before the pod counts as ready.</summary>
public sealed record ReadinessGate(string ConditionType);

/// <summary>Settings of a pod's resolver.</summary>
public sealed record PodDnsConfig
{
    public EquatableArray<string> Nameservers { get; init; }
    public EquatableArray<string> Searches { get; init; }
    public EquatableArray<EnvVar> Options { get; init; }
}

/// <summary>A line of a pod's <c>/etc/hosts</c>.</summary>
public sealed record HostAlias
{
    public string Ip { get; init => field = value ?? ""; } = "";
    public EquatableArray<string> Hostnames { get; init; }
}

/// <summary>A taint that a pod puts up with.</summary>
public sealed record Toleration
{
    public string? Key { get; init; }

    /// <summary><c>Equal</c> (default) or <c>Exists</c>.</summary>
    public string? Operator { get; init; }
    public string? Value { get; init; }

    /// <summary>The effect tolerated; none means every effect.</summary>
    public string? Effect { get; init; }

    /// <summary>How long a <c>NoExecute</c> taint is tolerated; none means for ever.</summary>
    public long? TolerationSeconds { get; init; }

    /// <summary>Whether this toleration covers the taint.</summary>
    public bool Tolerates(Taint taint)
    {
        if (!string.IsNullOrEmpty(Effect) && Effect != taint.Effect)
            return false;
        if (!string.IsNullOrEmpty(Key) && Key != taint.Key)
            return false;
        return Operator switch
        {
            null or "" or "Equal" => !string.IsNullOrEmpty(Key) && (Value ?? "") == (taint.Value ?? ""),
            "Exists" => true,
            _ => false,
        };
    }
}
