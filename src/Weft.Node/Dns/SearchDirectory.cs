using Weft.Dns.Completion;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Node.Dns;

/// <summary>Knows which pod of this node has an address, and how its resolver completes names.</summary>
/// <remarks>
/// An address is the pod's that has it now: with the pod goes its list, and while two pods claim an address (one that is not quite gone, and the next one),
/// nobody has it. Readers look at one table, which is never changed.
/// </remarks>
/// <param name="node">The name of this node.</param>
internal sealed class SearchDirectory(string node) : ISearchLists
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ObjectKey, PolicyPod> _pods = [];
    private SearchSettings _settings = SearchSettings.None;
    private volatile Dictionary<IpAddress, SearchList?> _lists = [];

    /// <inheritdoc/>
    public SearchList? Of(IpAddress address) => _lists.GetValueOrDefault(address);

    /// <summary>Notes a pod as it is now; null when it is gone.</summary>
    public void Note(ObjectKey key, PolicyPod? pod)
    {
        lock (_gate)
        {
            var isOurs = pod is { IsPoliced: true } && pod.Node == node;
            if (isOurs)
                _pods[key] = pod!;
            if (isOurs || _pods.Remove(key))
                Renew();
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
            Renew();
        }
    }

    private void Renew()
    {
        var lists = new Dictionary<IpAddress, SearchList?>();
        foreach (var pod in _pods.Values)
        {
            var list = _settings.ListOf(pod);
            foreach (var address in pod.Addresses)
            {
                if (!lists.TryAdd(address, list))
                    lists[address] = null;
            }
        }

        _lists = lists;
    }
}
