using Weft.Kubernetes;

namespace Weft.Lab.Pods.Containers;

/// <summary>The part that a container plays in its pod.</summary>
internal enum ContainerKind
{
    /// <summary>One of spec.containers.</summary>
    Main,

    /// <summary>Ends before the next one starts.</summary>
    Init,

    /// <summary>An init container that keeps running (restartPolicy Always).</summary>
    Sidecar,
}

/// <summary>Rules by kind.</summary>
internal static class ContainerKinds
{
    /// <summary>The kind of an init container.</summary>
    public static ContainerKind OfInit(Container container) => container.RestartPolicy == "Always" ? ContainerKind.Sidecar : ContainerKind.Init;

    /// <summary>Whether a container that ended with this code is started again.</summary>
    public static bool Restarts(this ContainerKind kind, string? podPolicy, int exitCode) => kind switch
    {
        ContainerKind.Sidecar => true,
        ContainerKind.Init => exitCode != 0 && podPolicy != "Never",
        _ => podPolicy switch
        {
            "Never" => false,
            "OnFailure" => exitCode != 0,
            _ => true,
        },
    };
}
