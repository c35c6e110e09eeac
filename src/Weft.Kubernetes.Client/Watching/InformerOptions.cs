using Microsoft.Extensions.Logging;

namespace Weft.Kubernetes.Client;

/// <summary>Settings of an <see cref="Informer{T}"/>.</summary>
public sealed record InformerOptions
{
    /// <summary>The namespace, or null for all.</summary>
    public string? Namespace { get; init; }

    /// <summary>Only objects with these labels.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Only objects with these fields.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>The first wait after a failure; 50 ms, so that a server that restarts is found at once.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest wait between tries; 10 s, a third of client-go's, as agents must not lag behind for long.</summary>
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether the first list must be the newest state rather than what the server has at hand.</summary>
    public bool Consistent { get; init; }

    /// <summary>Clock; the client's when null.</summary>
    public TimeProvider? Time { get; init; }

    /// <summary>Where to say that the server is away, and that an object cannot be read.</summary>
    public ILogger? Logger { get; init; }
}
