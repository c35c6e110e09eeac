using Weft.Kubernetes;

namespace Weft.Lab.Pods.Containers;

/// <summary>How a container is doing, at one moment.</summary>
internal sealed record ContainerView
{
    /// <summary>Waiting, running or terminated.</summary>
    public required ContainerState State { get; init; }

    /// <summary>How the run before ended.</summary>
    public ContainerState? Last { get; init; }

    /// <summary>How often it was started again.</summary>
    public int Restarts { get; init; }

    /// <summary>The id of the present or last run; null before the first.</summary>
    public string? Id { get; init; }

    /// <summary>Whether its startup probe has passed, or it has none and runs.</summary>
    public bool Started { get; init; }

    /// <summary>Whether its readiness probe passes, or it has none and has started.</summary>
    public bool Ready { get; init; }

    /// <summary>Before the first run.</summary>
    public static ContainerView Waiting(string reason, string? message = null) =>
        new() { State = new ContainerState { Waiting = new ContainerStateWaiting { Reason = reason, Message = message } } };

    /// <summary>How it ended, when it has.</summary>
    public ContainerStateTerminated? Ended => State.Terminated;

    /// <summary>Its status for the API.</summary>
    public ContainerStatus ToStatus(Container container) => new()
    {
        Name = container.Name,
        Image = container.Image ?? "",
        ImageID = StandInAnnotations.IsHostProgram(container) ? "weft://host" : "weft://stand-in",
        ContainerID = Id,
        State = State,
        LastState = Last ?? new ContainerState(),
        RestartCount = Restarts,
        Started = Started,
        Ready = Ready,
    };
}
