using Weft.Kubernetes;
using Weft.Model;
using Weft.Node.Watching;

namespace Weft.Node.Policies;

/// <summary>
/// Pods as policies see them, with the addresses that the CNI plugin tells of: the API server learns a pod's address only when the pod runs, and by then its
/// policies have to be in the kernel.
/// </summary>
/// <remarks>What the plugin says holds until the pod's status says the same, or the pod is gone: a pod whose sandbox was made anew has a new address before its status has.</remarks>
internal sealed class PodList
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ObjectKey, PolicyPod> _heard = [];
    private readonly Dictionary<ObjectKey, EquatableArray<IpAddress>> _attached = [];
    private readonly ObjectList<PolicyPod> _pods = new();

    /// <summary>Notes a change of a pod's object.</summary>
    public void Note(PolicyPod? before, PolicyPod? after)
    {
        lock (_gate)
        {
            if (after is null)
            {
                _heard.Remove(before!.Key());
                _attached.Remove(before!.Key());
                _pods.Note(before, null);
                return;
            }

            _heard[after.Key()] = after;
            if (_attached.TryGetValue(after.Key(), out var addresses) && after.Addresses == addresses)
                _attached.Remove(after.Key());
            Renew(after);
        }
    }

    /// <summary>Notes that a pod was given addresses.</summary>
    public void Attach(ObjectKey pod, EquatableArray<IpAddress> addresses)
    {
        lock (_gate)
        {
            _attached[pod] = addresses;
            if (_heard.TryGetValue(pod, out var known))
                Renew(known);
        }
    }

    /// <summary>Whether the object of a pod is known.</summary>
    public bool Knows(ObjectKey pod)
    {
        lock (_gate)
            return _heard.ContainsKey(pod);
    }

    /// <summary>All pods.</summary>
    public EquatableArray<PolicyPod> Take() => _pods.Take();

    private void Renew(PolicyPod heard) =>
        _pods.Note(null, _attached.TryGetValue(heard.Key(), out var addresses) ? heard with { Addresses = addresses } : heard);
}
