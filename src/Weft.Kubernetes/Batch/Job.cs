using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>Pods that run until enough of them have succeeded (<c>batch/v1</c>).</summary>
public sealed record Job : KubeObject<Job>, IKubeObject<Job>
{
    public static ResourceType Resource { get; } = new("batch", "v1", "jobs", "Job", Namespaced: true);
    public JobSpec Spec { get; init => field = value ?? new(); } = new();
    public JobStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>How many pods of what have to succeed, and how long and often it is tried.</summary>
public sealed record JobSpec
{
    public int? Parallelism { get; init; }

    /// <summary>Pods that have to succeed; null when the first that does stands for all.</summary>
    public int? Completions { get; init; }
    public long? ActiveDeadlineSeconds { get; init; }
    public int? BackoffLimit { get; init; }
    public LabelSelector? Selector { get; init; }
    public PodTemplate Template { get; init; }
    public int? TtlSecondsAfterFinished { get; init; }

    /// <summary><c>NonIndexed</c> or <c>Indexed</c>: each pod has a number, and each number has to succeed once.</summary>
    public string? CompletionMode { get; init; }
    public bool Suspend { get; init; }
    public string? PodReplacementPolicy { get; init; }
    public string? ManagedBy { get; init; }
}

/// <summary>How far a Job has come.</summary>
public sealed record JobStatus
{
    public EquatableArray<Condition> Conditions { get; init; }
    public DateTimeOffset? StartTime { get; init; }
    public DateTimeOffset? CompletionTime { get; init; }
    public int Active { get; init; }
    public int? Ready { get; init; }
    public int Succeeded { get; init; }
    public int Failed { get; init; }
    public int? Terminating { get; init; }

    /// <summary>The numbers that have succeeded: <c>1,3-5</c>.</summary>
    public string? CompletedIndexes { get; init; }
    public UncountedPods? UncountedTerminatedPods { get; init; }
}

/// <summary>Uids of pods that have ended, are held by their finalizer, and are not in the counts yet.</summary>
public sealed record UncountedPods
{
    public EquatableArray<string> Succeeded { get; init; }
    public EquatableArray<string> Failed { get; init; }
}
