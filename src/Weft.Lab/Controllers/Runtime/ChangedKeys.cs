using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Controllers;

/// <summary>The keys of the objects that changed since they were last taken; many changes of one object are one.</summary>
internal sealed class ChangedKeys(ChangeSignal signal)
{
    private readonly Lock _gate = new();
    private HashSet<ObjectKey> _keys = [];

    /// <summary>Follows an informer, from the objects that it has now.</summary>
    public static ChangedKeys Of<T>(ObjectInformer<T> informer, ChangeSignal signal)
        where T : class, IKubeObject
    {
        var changed = new ChangedKeys(signal);
        changed.Follow(informer);
        return changed;
    }

    /// <summary>Follows one more informer.</summary>
    public void Follow<T>(ObjectInformer<T> informer)
        where T : class, IKubeObject => informer.OnObject((before, after) => Add((after ?? before)!.Key()));

    /// <summary>Notes a key and wakes the controller.</summary>
    public void Add(ObjectKey key)
    {
        lock (_gate)
            _keys.Add(key);
        signal.Set();
    }

    /// <summary>What has changed; the next call starts anew.</summary>
    public HashSet<ObjectKey> Take()
    {
        lock (_gate)
        {
            var taken = _keys;
            _keys = [];
            return taken;
        }
    }
}
