using System.Collections.Immutable;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Node.Proxy.Watching;

namespace Weft.Node.Announcing;

/// <summary>The Services of type LoadBalancer among all that the proxy hears of: one watch does for both, and a change costs what changed.</summary>
internal sealed class BalancedServices
{
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ImmutableSortedDictionary<ObjectKey, ServiceObjects> _items = ImmutableSortedDictionary<ObjectKey, ServiceObjects>.Empty;

    /// <summary>Set after every change.</summary>
    public ChangeSignal Changed { get; } = new();

    /// <summary>Completes with the first look at all Services.</summary>
    public Task Synced => _synced.Task;

    /// <summary>The Services as last heard; the reference stays the same while none of them changes.</summary>
    public ImmutableSortedDictionary<ObjectKey, ServiceObjects> Items => _items;

    /// <summary>Notes what the proxy has just taken in.</summary>
    /// <param name="changed">Services that changed, or whose slices did.</param>
    /// <param name="index">Where they are.</param>
    public void Note(IReadOnlyCollection<ObjectKey> changed, ServiceIndex index)
    {
        var before = _items;
        var items = before.ToBuilder();
        foreach (var key in changed)
        {
            if (index.Find(key) is { } objects && LoadBalancers.Serves(objects.Service))
                items[key] = objects;
            else
                items.Remove(key);
        }

        _items = items.ToImmutable();
        _synced.TrySetResult();
        if (!ReferenceEquals(before, _items))
            Changed.Set();
    }
}
