using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>Pods of one template, replaced step by step when the template changes (<c>apps/v1</c>).</summary>
public sealed record Deployment : KubeObject<Deployment>, IKubeObject<Deployment>
{
    public static ResourceType Resource { get; } = new("apps", "v1", "deployments", "Deployment", Namespaced: true);
    public DeploymentSpec Spec { get; init => field = value ?? new(); } = new();
    public DeploymentStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>How many pods of what, and how to change them.</summary>
public sealed record DeploymentSpec
{
    public int? Replicas { get; init; }
    public LabelSelector? Selector { get; init; }
    public PodTemplate Template { get; init; }
    public DeploymentStrategy? Strategy { get; init; }
    public int MinReadySeconds { get; init; }
    public int? RevisionHistoryLimit { get; init; }
    public bool Paused { get; init; }
    public int? ProgressDeadlineSeconds { get; init; }
}

/// <summary><c>RollingUpdate</c> or <c>Recreate</c>.</summary>
public sealed record DeploymentStrategy
{
    public string? Type { get; init; }
    public RollingUpdate? RollingUpdate { get; init; }
}

/// <summary>How many pods may be missing and how many too many during an update.</summary>
public sealed record RollingUpdate
{
    public IntOrString? MaxUnavailable { get; init; }
    public IntOrString? MaxSurge { get; init; }
}

/// <summary>How far a Deployment has come.</summary>
public sealed record DeploymentStatus
{
    public long? ObservedGeneration { get; init; }
    public int Replicas { get; init; }
    public int UpdatedReplicas { get; init; }
    public int ReadyReplicas { get; init; }
    public int AvailableReplicas { get; init; }
    public int UnavailableReplicas { get; init; }
    public int? CollisionCount { get; init; }
    public EquatableArray<Condition> Conditions { get; init; }
}
