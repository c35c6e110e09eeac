using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>A number of pods of one template (<c>apps/v1</c>).</summary>
public sealed record ReplicaSet : KubeObject<ReplicaSet>, IKubeObject<ReplicaSet>
{
    public static ResourceType Resource { get; } = new("apps", "v1", "replicasets", "ReplicaSet", Namespaced: true);
    public ReplicaSetSpec Spec { get; init => field = value ?? new(); } = new();
    public ReplicaSetStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>How many pods of what.</summary>
public sealed record ReplicaSetSpec
{
    public int? Replicas { get; init; }
    public int MinReadySeconds { get; init; }
    public LabelSelector? Selector { get; init; }
    public PodTemplate Template { get; init; }
}

/// <summary>How many pods there are.</summary>
public sealed record ReplicaSetStatus
{
    /// <summary>Written even when zero: the field is required.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.Never)]
    public int Replicas { get; init; }
    public int FullyLabeledReplicas { get; init; }
    public int ReadyReplicas { get; init; }
    public int AvailableReplicas { get; init; }
    public int? TerminatingReplicas { get; init; }
    public long? ObservedGeneration { get; init; }
    public EquatableArray<Condition> Conditions { get; init; }
}
