using System.Text;
using Weft.Dns.Zones;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Node.Dns;

/// <summary>Which addresses the cluster's pods have, for names that are checked against them. Pods on the network of their node count as well, with its address.</summary>
internal sealed class PodAddresses : IPodAddresses
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ObjectKey, EquatableArray<IpAddress>> _pods = [];
    private readonly HeldAddresses<string> _namespaces = new();

    /// <inheritdoc/>
    public bool Has(ReadOnlySpan<byte> space, IpAddress address)
    {
        foreach (var one in _namespaces.Of(address))
        {
            if (Ascii.EqualsIgnoreCase(space, one))
                return true;
        }

        return false;
    }

    /// <summary>Notes a pod as it is now; null when it is gone.</summary>
    /// <remarks>An address that it keeps is its own all the while.</remarks>
    public void Note(ObjectKey key, PolicyPod? pod)
    {
        lock (_gate)
        {
            var now = pod is { IsFinished: false } ? pod.Addresses : [];
            _pods.TryGetValue(key, out var former);
            if (now == former)
                return;
            _namespaces.Add(now, key.Namespace);
            _namespaces.Remove(former, key.Namespace);
            if (now.Count > 0)
                _pods[key] = now;
            else
                _pods.Remove(key);
        }
    }
}
