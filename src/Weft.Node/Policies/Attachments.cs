namespace Weft.Node.Policies;

/// <summary>Pods whose CNI ADD waits until the kernel has their policies.</summary>
/// <param name="pods">Where their addresses are noted.</param>
/// <param name="node">The name of the node, whose pods they are.</param>
/// <param name="wake">Asks for a turn.</param>
internal sealed class Attachments(PodList pods, string node, Action wake)
{
    private readonly Lock _gate = new();
    private readonly List<WaitingPod> _waiting = [];
    private bool _gaveUp;

    /// <summary>Completes when the kernel has the policies of a pod at its new addresses.</summary>
    /// <param name="waiting">The pod and its addresses. They are forgotten when the wait ends otherwise.</param>
    /// <param name="cancel">Whoever asked gave up.</param>
    public async Task WaitAsync(WaitingPod waiting, CancellationToken cancel)
    {
        var attachment = waiting.Attachment;
        pods.Attach(attachment);
        lock (_gate)
            _waiting.Add(waiting);
        wake();
        try
        {
            await waiting.Done.Task.WaitAsync(cancel).ConfigureAwait(false);
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
                _waiting.Remove(waiting);
        }
    }

    /// <summary>Notes that a pod's network is taken away.</summary>
    public void End(string id)
    {
        pods.Detach(id);
        wake();
    }

    /// <summary>Those who can be let go by the turn that begins now.</summary>
    /// <remarks>
    /// What is isolated stays so until the gate finds it policed: it is enough that the pod is known. Of the others the turn itself has to be what holds them.
    /// </remarks>
    public IReadOnlyList<WaitingPod> TakeKnown()
    {
        lock (_gate)
            return [.. _waiting.Where(each => each.IsIsolated ? pods.Knows(each.Attachment) : IsPoliced(each.Attachment))];
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

    private bool IsPoliced(PodAttachment attachment) =>
        pods.Find(attachment) is { IsPoliced: true } pod && pod.Node == node && pod.Addresses == attachment.Addresses;
}
