namespace Weft.Node.Policies;

/// <summary>A pod whose CNI ADD waits for its policies.</summary>
/// <param name="Attachment">The pod and its addresses.</param>
/// <param name="IsIsolated">Whether the plugin isolated them until the gate opens; else nobody can reach them before the answer.</param>
internal sealed record WaitingPod(PodAttachment Attachment, bool IsIsolated)
{
    /// <summary>Set when the kernel has the pod's policies.</summary>
    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
