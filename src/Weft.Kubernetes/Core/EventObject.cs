using System.Text.Json.Serialization;

namespace Weft.Kubernetes;

/// <summary>A report of something that happened to an object (<c>v1.Event</c>).</summary>
public sealed record EventObject : KubeObject<EventObject>, IKubeObject<EventObject>
{
    public static ResourceType Resource { get; } = new("", "v1", "events", "Event", Namespaced: true);
    public ObjectReference InvolvedObject { get; init => field = value ?? new(); } = new();
    public string? Reason { get; init; }
    public string? Message { get; init; }

    /// <summary><c>Normal</c> or <c>Warning</c>.</summary>
    public string? Type { get; init; }
    public int? Count { get; init; }
    public EventSource? Source { get; init; }
    public DateTimeOffset? FirstTimestamp { get; init; }
    public DateTimeOffset? LastTimestamp { get; init; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? EventTime { get; init; }
    public string? ReportingComponent { get; init; }
    public string? ReportingInstance { get; init; }
}

/// <summary>Who reported an Event.</summary>
public sealed record EventSource
{
    public string? Component { get; init; }
    public string? Host { get; init; }
}

/// <summary>A sign of life or of leadership that must be renewed (<c>coordination.k8s.io/v1</c>).</summary>
public sealed record Lease : KubeObject<Lease>, IKubeObject<Lease>
{
    public static ResourceType Resource { get; } = new("coordination.k8s.io", "v1", "leases", "Lease", Namespaced: true);
    public LeaseSpec Spec { get; init => field = value ?? new(); } = new();
}

/// <summary>Holder and times of a lease.</summary>
public sealed record LeaseSpec
{
    public string? HolderIdentity { get; init; }
    public int? LeaseDurationSeconds { get; init; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? AcquireTime { get; init; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? RenewTime { get; init; }
    public int? LeaseTransitions { get; init; }
}
