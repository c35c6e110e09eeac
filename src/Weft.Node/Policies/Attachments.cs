using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Node.Policies;

/// <summary>Pods whose CNI ADD waits until the kernel has their policies.</summary>
/// <param name="pods">Where their addresses are noted.</param>
/// <param name="wake">Asks for a turn.</param>
internal sealed class Attachments(PodList pods, Action wake)
{
    private readonly Lock _gate = new();
    private readonly List<(ObjectKey Pod, TaskCompletionSource Done)> _waiting = [];

    /// <summary>Whether anybody waits.</summary>
    public bool Any
    {
        get
        {
            lock (_gate)
                return _waiting.Count > 0;
        }
    }

    /// <summary>Completes when the kernel has the policies of a pod at its new addresses.</summary>
    public async Task WaitAsync(ObjectKey pod, EquatableArray<IpAddress> addresses, CancellationToken cancel)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        pods.Attach(pod, addresses);
        lock (_gate)
            _waiting.Add((pod, done));
        wake();
        try
        {
            await done.Task.WaitAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
                _waiting.RemoveAll(each => each.Done == done);
        }
    }

    /// <summary>Those who can be let go by the turn that begins now: their pods are known.</summary>
    public IReadOnlyList<TaskCompletionSource> TakeKnown()
    {
        lock (_gate)
            return [.. _waiting.Where(each => pods.Knows(each.Pod)).Select(each => each.Done)];
    }
}
