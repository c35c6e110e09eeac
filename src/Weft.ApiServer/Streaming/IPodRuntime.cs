namespace Weft.ApiServer.Streaming;

/// <summary>What the server needs from whoever runs the pods, to serve <c>pods/exec</c> and <c>pods/log</c>.</summary>
/// <remarks>
/// Both calls throw <see cref="PodRuntimeException"/> when the pod or container is unknown or not running;
/// its message reaches the user.
/// </remarks>
public interface IPodRuntime
{
    /// <summary>Starts a process in a container.</summary>
    /// <param name="container">Null means the pod's first container.</param>
    Task<IExecSession> ExecAsync(string ns, string pod, string? container, ExecRequest request, CancellationToken ct);

    /// <summary>Writes a container's log to <paramref name="output"/>; returns at its end or, when following, at cancellation.</summary>
    Task LogsAsync(string ns, string pod, string? container, LogRequest request, Stream output, CancellationToken ct);
}
