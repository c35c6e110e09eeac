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

    /// <summary>After how long an absence of the server everything is listed anew: it may have come back with another history; 10 s.</summary>
    public TimeSpan RelistAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether the server may lack the kind, or keep it from us: then there are none, and <see cref="ObjectInformer{T}.Synced"/> completes.</summary>
    public bool Optional { get; init; }

    /// <summary>How often to look whether a kind that was absent is there now; 1 min.</summary>
    public TimeSpan LookAgain { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Clock; the client's when null.</summary>
    public TimeProvider? Time { get; init; }

    /// <summary>Where to say that the server is away, and that an object cannot be read.</summary>
    public ILogger? Logger { get; init; }
}
