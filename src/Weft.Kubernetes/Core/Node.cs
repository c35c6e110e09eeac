using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>A machine of the cluster.</summary>
public sealed record Node : KubeObject<Node>, IKubeObject<Node>
{
    public static ResourceType Resource { get; } = new("", "v1", "nodes", "Node", Namespaced: false);
    public NodeSpec Spec { get; init => field = value ?? new(); } = new();
    public NodeStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What the cluster wants of a node.</summary>
public sealed record NodeSpec
{
    public string? PodCIDR { get; init; }
    public EquatableArray<string> PodCIDRs { get; init; }
    public string? ProviderID { get; init; }
    public bool Unschedulable { get; init; }
    public EquatableArray<Taint> Taints { get; init; }
}

/// <summary>A reason for pods to stay away from a node, unless they tolerate it.</summary>
public sealed record Taint
{
    public string Key { get; init => field = value ?? ""; } = "";
    public string? Value { get; init; }

    /// <summary><c>NoSchedule</c>, <c>PreferNoSchedule</c> or <c>NoExecute</c>.</summary>
    public string Effect { get; init => field = value ?? ""; } = "";
    public DateTimeOffset? TimeAdded { get; init; }
}

/// <summary>What a node says of itself.</summary>
public sealed record NodeStatus
{
    public string? Phase { get; init; }
    public StringMap Capacity { get; init; }
    public StringMap Allocatable { get; init; }
    public EquatableArray<Condition> Conditions { get; init; }
    public EquatableArray<NodeAddress> Addresses { get; init; }
    public NodeSystemInfo? NodeInfo { get; init; }
    public NodeDaemonEndpoints? DaemonEndpoints { get; init; }
}

/// <summary>An address of a node; the type is <c>InternalIP</c>, <c>ExternalIP</c> or <c>Hostname</c>.</summary>
public sealed record NodeAddress(string Type, string Address);

/// <summary>The ports of a node's own servers.</summary>
public sealed record NodeDaemonEndpoints
{
    public DaemonEndpoint? KubeletEndpoint { get; init; }
}

/// <summary>A port of one server.</summary>
public sealed record DaemonEndpoint
{
    /// <summary>Written with a capital letter, as upstream has it.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("Port")]
    public int Port { get; init; }
}

/// <summary>Kernel, operating system and versions of a node.</summary>
public sealed record NodeSystemInfo
{
    public string MachineID { get; init => field = value ?? ""; } = "";
    public string SystemUUID { get; init => field = value ?? ""; } = "";
    public string BootID { get; init => field = value ?? ""; } = "";
    public string KernelVersion { get; init => field = value ?? ""; } = "";
    public string OsImage { get; init => field = value ?? ""; } = "";
    public string ContainerRuntimeVersion { get; init => field = value ?? ""; } = "";
    public string KubeletVersion { get; init => field = value ?? ""; } = "";
    public string KubeProxyVersion { get; init => field = value ?? ""; } = "";
    public string OperatingSystem { get; init => field = value ?? ""; } = "";
    public string Architecture { get; init => field = value ?? ""; } = "";
}
