namespace Weft.Node.Policies;

/// <summary>Pods whose CNI ADD waits until the kernel has their policies.</summary>
/// <param name="pods">Where their addresses are noted.</param>
/// <param name="wake">Asks for a turn.</param>
internal sealed class Attachments(PodList pods, Action wake)
{
    private readonly Lock _gate = new();
    private readonly List<(PodAttachment Attachment, TaskCompletionSource Done)> _waiting = [];
    private bool _gaveUp;

    /// <summary>Completes when the kernel has the policies of a pod at its new addresses.</summary>
    /// <param name="attachment">The pod and its addresses. They are forgotten when the wait ends otherwise.</param>
    /// <param name="cancel">Whoever asked gave up.</param>
    public async Task WaitAsync(PodAttachment attachment, CancellationToken cancel)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        pods.Attach(attachment);
        lock (_gate)
            _waiting.Add((attachment, done));
        wake();
        try
        {
            await done.Task.WaitAsync(cancel).ConfigureAwait(false);
            pods.Keep(attachment);
        }
        catch (OperationCanceledException)
        {
            // Its pod may have been started all the same, isolated: then its status tells of its addresses.
            pods.Detach(attachment.Id);
            lock (_gate)
                _gaveUp = true;
            wake();
            throw;
        }
        finally
        {
            lock (_gate)
                _waiting.RemoveAll(each => each.Done == done);
        }
    }

    /// <summary>Notes that a pod's network is taken away.</summary>
    public void End(string id)
    {
        pods.Detach(id);
        wake();
    }

    /// <summary>Those who can be let go by the turn that begins now: their pods are known.</summary>
    public IReadOnlyList<TaskCompletionSource> TakeKnown()
    {
        lock (_gate)
            return [.. _waiting.Where(each => pods.Knows(each.Attachment)).Select(each => each.Done)];
    }

    /// <summary>Whether somebody gave up since this was asked last: pods may have started isolated.</summary>
    public bool TakeGaveUp()
    {
        lock (_gate)
        {
            var gaveUp = _gaveUp;
            _gaveUp = false;
            return gaveUp;
        }
    }
}
