namespace Weft.Kubernetes.Client;

/// <summary>Settings of a <see cref="KubeClient"/>.</summary>
public sealed record KubeClientOptions
{
    /// <summary>How long a request other than a watch may take; 30 s, about what API servers themselves allow (60 s) halved.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a watch is asked to last at least, and at most twice that; 5 min, as client-go. One that the server does not end then is given up.</summary>
    public TimeSpan WatchDuration { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Silence after which the server is asked whether it is there (HTTP/2 PING, TCP keep-alive); 30 s, as client-go.</summary>
    public TimeSpan PingDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait for the answer; 15 s, as client-go.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often a request is repeated that the server put off (429 or 503 with <c>Retry-After</c>).</summary>
    public int MaximumRetries { get; init; } = 5;

    /// <summary>Name sent to the server.</summary>
    public string UserAgent { get; init; } = "weft";

    /// <summary>Clock for waits.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>Which objects to list or watch.</summary>
public sealed record ListOptions
{
    /// <summary>Only objects with these labels, in the string form of selectors.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Only objects with these fields, such as <c>spec.nodeName=n1</c>.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>For lists: null for the newest state, <c>0</c> for any that the server has at hand. For watches: where to begin.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Objects per page of a list; 500 as in kubectl.</summary>
    public int PageSize { get; init; } = 500;

    internal string Query(string more)
    {
        var query = more;
        if (!string.IsNullOrEmpty(LabelSelector))
            query += $"&labelSelector={Uri.EscapeDataString(LabelSelector)}";
        if (!string.IsNullOrEmpty(FieldSelector))
            query += $"&fieldSelector={Uri.EscapeDataString(FieldSelector)}";
        if (!string.IsNullOrEmpty(ResourceVersion))
            query += $"&resourceVersion={Uri.EscapeDataString(ResourceVersion)}";
        return query;
    }
}

/// <summary>How to delete.</summary>
public sealed record DeleteOptions
{
    /// <summary>Seconds the object may take to end; 0 at once, null for the kind's default.</summary>
    public long? GracePeriodSeconds { get; init; }

    /// <summary><c>Background</c>, <c>Foreground</c> or <c>Orphan</c>; null for the kind's default.</summary>
    public string? PropagationPolicy { get; init; }

    /// <summary>Delete only the object of this identity.</summary>
    public string? Uid { get; init; }

    /// <summary>Delete only this version of the object.</summary>
    public string? ResourceVersion { get; init; }
}

/// <summary>What kind of patch a body is.</summary>
public enum PatchKind
{
    /// <summary>RFC 7386: members replace members, null removes, lists are replaced whole.</summary>
    Merge,

    /// <summary>RFC 6902: a list of operations.</summary>
    Json,

    /// <summary>Kubernetes' own: lists are merged by their keys.</summary>
    StrategicMerge,
}

/// <summary>A list of objects at one moment.</summary>
/// <param name="Items">The objects.</param>
/// <param name="ResourceVersion">The moment, to watch from.</param>
/// <param name="Unreadable">Objects left out because a field had an impossible shape: one line each.</param>
public sealed record KubeList<T>(IReadOnlyList<T> Items, string ResourceVersion, IReadOnlyList<string> Unreadable);
