using System.Collections.Concurrent;
using System.Text;
using Weft.Dns.Zones;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Node.Dns;

/// <summary>Which addresses the cluster's pods have, for names that are checked against them. Pods on the network of their node count as well, with its address.</summary>
internal sealed class PodAddresses : IPodAddresses
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ObjectKey, PolicyPod> _pods = [];
    private readonly ConcurrentDictionary<IpAddress, EquatableArray<string>> _spaces = new();

    /// <inheritdoc/>
    public bool Has(ReadOnlySpan<byte> space, IpAddress address)
    {
        foreach (var one in _spaces.GetValueOrDefault(address).AsSpan())
        {
            if (Ascii.EqualsIgnoreCase(space, one))
                return true;
        }

        return false;
    }

    /// <summary>Notes a pod as it is now; null when it is gone.</summary>
    public void Note(ObjectKey key, PolicyPod? pod)
    {
        lock (_gate)
        {
            if (_pods.Remove(key, out var former))
            {
                foreach (var address in former.Addresses)
                    Remove(address, former.Namespace);
            }

            if (pod is null or { IsFinished: true })
                return;
            _pods[key] = pod;
            foreach (var address in pod.Addresses)
                _spaces[address] = [.. _spaces.GetValueOrDefault(address), pod.Namespace];
        }
    }

    // A namespace stands as often as it has pods with the address.
    private void Remove(IpAddress address, string space)
    {
        var left = _spaces.GetValueOrDefault(address).ToList();
        left.Remove(space);
        if (left.Count == 0)
            _spaces.TryRemove(address, out _);
        else
            _spaces[address] = [.. left];
    }
}
