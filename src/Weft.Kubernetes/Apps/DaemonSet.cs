using System.Text.Json.Serialization;

namespace Weft.Kubernetes;

/// <summary>One pod on every node that it fits (<c>apps/v1</c>).</summary>
public sealed record DaemonSet : KubeObject<DaemonSet>, IKubeObject<DaemonSet>
{
    public static ResourceType Resource { get; } = new("apps", "v1", "daemonsets", "DaemonSet", Namespaced: true);
    public DaemonSetSpec Spec { get; init => field = value ?? new(); } = new();
    public DaemonSetStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>Which pods, and how to change them.</summary>
public sealed record DaemonSetSpec
{
    public LabelSelector? Selector { get; init; }
    public PodTemplate Template { get; init; }
    public WorkloadUpdate? UpdateStrategy { get; init; }
    public int MinReadySeconds { get; init; }
    public int? RevisionHistoryLimit { get; init; }
}

/// <summary>On how many nodes the pods are; the required counts are written even when zero.</summary>
public sealed record DaemonSetStatus
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int CurrentNumberScheduled { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int DesiredNumberScheduled { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int NumberMisscheduled { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int NumberReady { get; init; }
    public int NumberAvailable { get; init; }
    public int NumberUnavailable { get; init; }
    public int UpdatedNumberScheduled { get; init; }
    public long? ObservedGeneration { get; init; }
}
