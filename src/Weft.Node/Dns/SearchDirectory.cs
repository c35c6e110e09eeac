using Weft.Dns.Completion;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Node.Dns;

/// <summary>Knows which pod of this node has an address, and how its resolver completes names.</summary>
/// <remarks>
/// An address is the pod's that has it now: with the pod goes its list, and while two pods claim an address (one that is not quite gone, and the next one),
/// nobody has it.
/// </remarks>
/// <param name="node">The name of this node.</param>
internal sealed class SearchDirectory(string node) : ISearchLists
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ObjectKey, (PolicyPod Pod, SearchList? List)> _pods = [];
    private SearchSettings _settings = SearchSettings.None;
    private volatile HeldAddresses<SearchList?> _lists = new();

    /// <inheritdoc/>
    public SearchList? Of(IpAddress address) => _lists.Of(address) is [var list] ? list : null;

    /// <summary>Notes a pod as it is now; null when it is gone.</summary>
    public void Note(ObjectKey key, PolicyPod? pod)
    {
        lock (_gate)
        {
            var isKnown = _pods.TryGetValue(key, out var former);
            if (pod is { IsPoliced: true } && pod.Node == node)
            {
                var list = _settings.ListOf(pod);
                _pods[key] = (pod, list);
                if (isKnown && pod.Addresses == former.Pod.Addresses && Equals(list, former.List))
                    return;
                _lists.Add(pod.Addresses, list);
            }
            else
            {
                _pods.Remove(key);
            }

            if (isKnown)
                _lists.Remove(former.Pod.Addresses, former.List);
        }
    }

    /// <summary>Follows settings.</summary>
    public void Follow(SearchSettings settings)
    {
        lock (_gate)
        {
            if (_settings == settings)
                return;
            _settings = settings;
            var lists = new HeldAddresses<SearchList?>();
            foreach (var (key, (pod, _)) in _pods.ToList())
            {
                var list = settings.ListOf(pod);
                _pods[key] = (pod, list);
                lists.Add(pod.Addresses, list);
            }

            _lists = lists;
        }
    }
}
