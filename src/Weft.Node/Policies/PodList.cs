using Weft.Kubernetes;
using Weft.Model;
using Weft.Node.Watching;

namespace Weft.Node.Policies;

/// <summary>
/// Pods as policies see them, with the addresses that the CNI plugin tells of: the API server learns a pod's address only when the pod runs, and by then its
/// policies have to be in the kernel.
/// </summary>
/// <remarks>
/// What the plugin says holds until the pod's status says the same, the plugin says that it is over, or the pod is gone: a pod whose sandbox was made anew
/// has a new address before its status has. An address is one pod's, that of whom the plugin told last.
/// </remarks>
/// <param name="file">Where attachments of running pods outlive the agent; null for nowhere.</param>
internal sealed class PodList(AttachmentFile? file = null)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ObjectKey, PolicyPod> _heard = [];
    private readonly Dictionary<ObjectKey, PodAttachment> _attached = (file?.Read() ?? []).DistinctBy(item => item.Pod).ToDictionary(item => item.Pod);
    private readonly HashSet<string> _running = [.. (file?.Read() ?? []).Select(item => item.Id)];
    private readonly ObjectList<PolicyPod> _pods = new();
    private Action<ObjectKey, PolicyPod?>? _seen;

    /// <summary>How many attachments are known that no pod's status shows yet.</summary>
    public int Attached
    {
        get
        {
            lock (_gate)
                return _attached.Count;
        }
    }

    /// <summary>Tells of each pod as policies see it, of those that are known already too; of one that is gone with null. No call overlaps another.</summary>
    public void OnSeen(Action<ObjectKey, PolicyPod?> seen)
    {
        lock (_gate)
        {
            _seen += seen;
            foreach (var pod in _heard.Values)
                seen(pod.Key(), Seen(pod));
        }
    }

    /// <summary>Notes a change of a pod's object.</summary>
    public void Note(PolicyPod? before, PolicyPod? after)
    {
        lock (_gate)
        {
            var attached = _attached.GetValueOrDefault((after ?? before)!.Key());
            if (after is null)
            {
                _heard.Remove(before!.Key());
                if (attached is not null && attached.IsOf(before!))
                    Forget(attached);
                _pods.Note(before, null);
                _seen?.Invoke(before!.Key(), null);
                return;
            }

            _heard[after.Key()] = after;
            if (attached is not null && attached.IsOf(after) && after.Addresses == attached.Addresses)
                Forget(attached);
            Renew(after);
        }
    }

    /// <summary>Notes that a pod was given addresses.</summary>
    public void Attach(PodAttachment attachment)
    {
        lock (_gate)
        {
            foreach (var other in _attached.Values.Where(other => other.Id != attachment.Id && other.Addresses.Intersect(attachment.Addresses).Any()).ToList())
                End(other);
            _attached[attachment.Pod] = attachment;
            if (_heard.TryGetValue(attachment.Pod, out var known))
                Renew(known);
        }
    }

    /// <summary>The pod of an attachment may start: from now on it outlives this process.</summary>
    public void Keep(PodAttachment attachment)
    {
        lock (_gate)
        {
            if (_attached.ContainsValue(attachment) && _running.Add(attachment.Id))
                Save();
        }
    }

    /// <summary>Notes that an attachment is over: the pod has the addresses that its status shows, if any.</summary>
    public void Detach(string id)
    {
        lock (_gate)
        {
            if (_attached.Values.FirstOrDefault(item => item.Id == id) is { } attachment)
                End(attachment);
        }
    }

    /// <summary>Drops what an earlier process knew of pods that are gone. For when all pods were listed.</summary>
    public void DropUnknown()
    {
        lock (_gate)
        {
            foreach (var item in _attached.Values.Where(item => _running.Contains(item.Id) && !Knows(item)).ToList())
                End(item);
        }
    }

    /// <summary>Whether the object of the pod is known.</summary>
    public bool Knows(PodAttachment attachment)
    {
        lock (_gate)
            return _heard.TryGetValue(attachment.Pod, out var pod) && attachment.IsOf(pod);
    }

    /// <summary>The pod of an attachment as policies see it; null while its object is unknown.</summary>
    public PolicyPod? Find(PodAttachment attachment)
    {
        lock (_gate)
            return _heard.TryGetValue(attachment.Pod, out var pod) && attachment.IsOf(pod) ? Seen(pod) : null;
    }

    /// <summary>All pods.</summary>
    public EquatableArray<PolicyPod> Take() => _pods.Take();

    /// <summary>The pod with an address of its own; null when there is none. Looks at all of them.</summary>
    public PolicyPod? OwnerOf(IpAddress address) => Take().FirstOrDefault(pod => !pod.HostNetwork && !pod.IsFinished && pod.Addresses.Contains(address));

    private void End(PodAttachment attachment)
    {
        Forget(attachment);
        if (_heard.TryGetValue(attachment.Pod, out var known))
            Renew(known);
    }

    private void Forget(PodAttachment attachment)
    {
        _attached.Remove(attachment.Pod);
        if (_running.Remove(attachment.Id))
            Save();
    }

    private void Renew(PolicyPod heard)
    {
        var pod = Seen(heard);
        _pods.Note(null, pod);
        _seen?.Invoke(pod.Key(), pod);
    }

    private PolicyPod Seen(PolicyPod heard) =>
        _attached.TryGetValue(heard.Key(), out var attached) && attached.IsOf(heard) ? heard with { Addresses = attached.Addresses } : heard;

    private void Save() => file?.Write(_attached.Values.Where(item => _running.Contains(item.Id)));
}
