using System.Text.Json.Serialization;
using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>Pods with names of their own, made and replaced in order (<c>apps/v1</c>).</summary>
public sealed record StatefulSet : KubeObject<StatefulSet>, IKubeObject<StatefulSet>
{
    public static ResourceType Resource { get; } = new("apps", "v1", "statefulsets", "StatefulSet", Namespaced: true);
    public StatefulSetSpec Spec { get; init => field = value ?? new(); } = new();
    public StatefulSetStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>How many pods of what, under which Service.</summary>
public sealed record StatefulSetSpec
{
    public int? Replicas { get; init; }
    public LabelSelector? Selector { get; init; }
    public PodTemplate Template { get; init; }
    public string? ServiceName { get; init; }
    public string? PodManagementPolicy { get; init; }
    public WorkloadUpdate? UpdateStrategy { get; init; }
    public StatefulSetOrdinals? Ordinals { get; init; }
    public int MinReadySeconds { get; init; }
    public int? RevisionHistoryLimit { get; init; }
    public EquatableArray<PartialObject> VolumeClaimTemplates { get; init; }
}

/// <summary>Where the numbers of the pods begin.</summary>
public sealed record StatefulSetOrdinals
{
    public int Start { get; init; }
}

/// <summary><c>RollingUpdate</c> or <c>OnDelete</c>.</summary>
public sealed record WorkloadUpdate
{
    public string? Type { get; init; }
    public WorkloadRollingUpdate? RollingUpdate { get; init; }
}

/// <summary>How far and how fast pods of the former template are replaced.</summary>
public sealed record WorkloadRollingUpdate
{
    /// <summary>Pods of a StatefulSet with lower numbers keep the former template.</summary>
    public int? Partition { get; init; }
    public IntOrString? MaxUnavailable { get; init; }

    /// <summary>Nodes on which a DaemonSet may have a new pod beside the former one.</summary>
    public IntOrString? MaxSurge { get; init; }
}

/// <summary>How many pods there are.</summary>
public sealed record StatefulSetStatus
{
    /// <summary>Written even when zero: the field is required.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Replicas { get; init; }
    public int ReadyReplicas { get; init; }
    public int AvailableReplicas { get; init; }
    public int CurrentReplicas { get; init; }
    public int UpdatedReplicas { get; init; }
    public string? CurrentRevision { get; init; }
    public string? UpdateRevision { get; init; }
    public long? ObservedGeneration { get; init; }
}
