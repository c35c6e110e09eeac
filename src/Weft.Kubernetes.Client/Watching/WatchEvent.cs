namespace Weft.Kubernetes.Client;

/// <summary>What happened to an object.</summary>
public enum WatchEventType
{
    /// <summary>It is new, or now matches the selectors.</summary>
    Added,

    /// <summary>It changed.</summary>
    Modified,

    /// <summary>It is gone, or no longer matches the selectors.</summary>
    Deleted,

    /// <summary>Nothing happened up to this resource version.</summary>
    Bookmark,
}

/// <summary>One change; of a bookmark only the resource version counts.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Object">The object as it is now, or was last.</param>
/// <param name="ResourceVersion">The version to watch on from.</param>
public sealed record WatchEvent<T>(WatchEventType Type, T Object, string ResourceVersion);
