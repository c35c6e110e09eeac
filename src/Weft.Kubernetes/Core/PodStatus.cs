using System.Text.Json.Serialization;
using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>How a pod is doing.</summary>
public sealed record PodStatus
{
    /// <summary><c>Pending</c>, <c>Running</c>, <c>Succeeded</c>, <c>Failed</c> or <c>Unknown</c>.</summary>
    public string? Phase { get; init; }
    public EquatableArray<Condition> Conditions { get; init; }
    public string? Reason { get; init; }
    public string? Message { get; init; }
    public string? HostIP { get; init; }
    public EquatableArray<HostIp> HostIPs { get; init; }
    public string? PodIP { get; init; }
    public EquatableArray<PodIp> PodIPs { get; init; }
    public DateTimeOffset? StartTime { get; init; }
    public string? QosClass { get; init; }
    public long? ObservedGeneration { get; init; }
    public EquatableArray<ContainerStatus> InitContainerStatuses { get; init; }
    public EquatableArray<ContainerStatus> ContainerStatuses { get; init; }
}

/// <summary>One address of a pod.</summary>
public sealed record PodIp(string Ip);

/// <summary>One address of a pod's node.</summary>
public sealed record HostIp(string Ip);

/// <summary>How a container is doing.</summary>
public sealed record ContainerStatus
{
    public string Name { get; init => field = value ?? ""; } = "";
    public ContainerState? State { get; init; }
    public ContainerState? LastState { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public bool Ready { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int RestartCount { get; init; }
    public string Image { get; init => field = value ?? ""; } = "";
    public string ImageID { get; init => field = value ?? ""; } = "";
    public string? ContainerID { get; init; }
    public bool? Started { get; init; }
}

/// <summary>One of waiting, running and terminated.</summary>
public sealed record ContainerState
{
    public ContainerStateWaiting? Waiting { get; init; }
    public ContainerStateRunning? Running { get; init; }
    public ContainerStateTerminated? Terminated { get; init; }
}

/// <summary>Why a container does not run yet.</summary>
public sealed record ContainerStateWaiting
{
    public string? Reason { get; init; }
    public string? Message { get; init; }
}

/// <summary>Since when a container runs.</summary>
public sealed record ContainerStateRunning
{
    public DateTimeOffset? StartedAt { get; init; }
}

/// <summary>How a container ended.</summary>
public sealed record ContainerStateTerminated
{
    /// <summary>Written even when zero: the field is required.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int ExitCode { get; init; }
    public int? Signal { get; init; }
    public string? Reason { get; init; }
    public string? Message { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public string? ContainerID { get; init; }
}

/// <summary>Questions that many parts ask of a pod.</summary>
public static class PodExtensions
{
    /// <summary>Whether the pod has the condition <c>Ready</c>.</summary>
    public static bool IsReady(this Pod pod) => pod.Status.Conditions.IsTrue("Ready");

    /// <summary>Whether all containers have ended for good.</summary>
    public static bool IsFinished(this Pod pod) => pod.Status.Phase is "Succeeded" or "Failed";

    /// <summary>Whether the pod counts as running or about to: neither finished nor being deleted.</summary>
    public static bool IsActive(this Pod pod) => !pod.IsFinished() && !pod.IsTerminating();
}
