using Weft.Kubernetes;
using Weft.Lab.Native.StandIns;
using Weft.Lab.Pods.Specs;

namespace Weft.Lab.Pods;

/// <summary>Annotations by which a pod tells its stand-ins what to do; they may change while it runs.</summary>
public static class StandInAnnotations
{
    /// <summary>HTTP status codes: <c>503</c>, or <c>/healthz=500,/old=404</c>.</summary>
    public const string Status = "weft/stand-in-status";

    /// <summary>How long HTTP answers wait: <c>250ms</c>, or <c>/slow=2s</c>.</summary>
    public const string Delay = "weft/stand-in-delay";

    /// <summary>When the stand-in ends and how: <c>1</c>, or <c>3 after 2s</c>.</summary>
    public const string Exit = "weft/stand-in-exit";

    /// <summary>How long it goes on serving when it is told to end: <c>5s</c>; without it, it ends at once.</summary>
    public const string Linger = "weft/stand-in-linger";

    /// <summary>Probes that fail: <c>readiness</c>, <c>liveness</c>, <c>startup</c>, parted by commas.</summary>
    public const string FailProbes = "weft/stand-in-fail-probes";

    /// <summary>Which stand-in: <c>full</c> for the one that speaks HTTP/2, TLS and gRPC too; read when a container starts.</summary>
    public const string Kind = "weft/stand-in";

    /// <summary>The image that runs programs of the host; every other one gets a stand-in.</summary>
    public const string HostImage = "weft/host";

    /// <summary>What the pod asks of its stand-ins.</summary>
    public static StandInBehaviour BehaviourOf(Pod pod) => new()
    {
        Status = pod.Metadata.Annotations.Find(Status),
        Delay = pod.Metadata.Annotations.Find(Delay),
        Exit = pod.Metadata.Annotations.Find(Exit),
    };

    /// <summary>Whether the pod asks for the larger stand-in.</summary>
    public static bool WantsFull(Pod pod) => pod.Metadata.Annotations.Find(Kind) == "full";

    /// <summary>How long its stand-ins go on serving when they are told to end, or null.</summary>
    public static TimeSpan? LingerOf(Pod pod) =>
        pod.Metadata.Annotations.Find(Linger) is { } text && Durations.TryParse(text, out var time) ? TimeSpan.FromMilliseconds(time) : null;

    /// <summary>What cannot be read of the annotations that the runner heeds itself.</summary>
    public static string? ProblemOf(Pod pod)
    {
        if (pod.Metadata.Annotations.Find(Kind) is { } kind and not ("full" or "small"))
            return $"annotation {Kind}: cannot read '{kind}': write full or small";
        return pod.Metadata.Annotations.Find(Linger) is { } linger && LingerOf(pod) is null
            ? $"annotation {Linger}: cannot read '{linger}': write a time such as 5s"
            : null;
    }

    /// <summary>Whether probes of this kind are to fail.</summary>
    public static bool FailsProbe(Pod pod, string kind) =>
        pod.Metadata.Annotations.Find(FailProbes)?.Split(',', StringSplitOptions.TrimEntries).Contains(kind) ?? false;

    /// <summary>Whether a container runs a program of the host.</summary>
    public static bool IsHostProgram(Container container) =>
        container.Image is { } image && (image == HostImage || image.StartsWith(HostImage + ":", StringComparison.Ordinal));
}
