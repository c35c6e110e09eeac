namespace Weft.Lab.Pods.Specs;

/// <summary>What the native launcher must know to become one container; the pod runner resolves everything else beforehand.</summary>
/// <remarks>
/// This folder is compiled into Weft.Lab and into the native binary: it is the protocol between the two. The launcher inherits one end of
/// a socket pair: it reads one line per <see cref="LauncherOrder"/> and answers with one line per <see cref="LauncherReport"/>. What has a
/// default has a setter: generated JSON readers clear absent init-only members.
/// </remarks>
public sealed record ContainerSpec
{
    /// <summary>Whose container it is.</summary>
    public required PodIdentity Pod { get; init; }

    /// <summary>The container's name in the pod.</summary>
    public required string Name { get; init; }

    /// <summary>The host name that programs see.</summary>
    public required string HostName { get; init; }

    /// <summary>Files that the container gets, such as /etc/hosts; they hide what the host has there.</summary>
    public IReadOnlyList<FileSpec> Files { get; set; } = [];

    /// <summary>Volumes, outer paths first.</summary>
    public IReadOnlyList<MountSpec> Mounts { get; set; } = [];

    /// <summary>Program and arguments; null makes the launcher itself the stand-in.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Program and arguments of a larger stand-in, run in place of the launcher's own; it gets our line as descriptor 3.</summary>
    public IReadOnlyList<string>? StandIn { get; init; }

    /// <summary>The environment, each <c>NAME=value</c>.</summary>
    public IReadOnlyList<string> Environment { get; set; } = [];

    /// <summary>Where the program starts; made when missing.</summary>
    public string WorkingDirectory { get; set; } = "/";

    /// <summary>Where the stand-in listens.</summary>
    public IReadOnlyList<PortSpec> Ports { get; set; } = [];

    /// <summary>Whether the stand-in ends at once with success, as an init container or a Job's.</summary>
    public bool Finish { get; init; }

    /// <summary>How the stand-in answers at first.</summary>
    public StandInBehaviour Behaviour { get; set; } = new();
}

/// <summary>The names that a stand-in answers with.</summary>
public sealed record PodIdentity(string Name, string Namespace, string Node, string Ip);

/// <summary>A small file with its text.</summary>
public sealed record FileSpec(string Path, string Text);

/// <summary>A file or directory of the node, shown at a path of the container.</summary>
public sealed record MountSpec(string Source, string Target, bool ReadOnly = false);

/// <summary>A port that a stand-in serves.</summary>
/// <param name="Number">1 to 65535.</param>
/// <param name="Udp">UDP; otherwise TCP.</param>
public sealed record PortSpec(int Number, bool Udp = false);
