using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Controllers;

/// <summary>Follows Services, pods and the zones of nodes, and says which Services are to be looked at again.</summary>
internal sealed class BackendWatch
{
    private const string ZoneLabel = "topology.kubernetes.io/zone";

    private readonly ClusterInformers _cluster;
    private readonly BackendIndex _index = new();
    private readonly Dictionary<string, string?> _zones = new(StringComparer.Ordinal);
    private readonly ChangedKeys _services;
    private readonly ChangedKeys _pods;
    private readonly ChangedKeys _nodes;
    private readonly ChangedKeys _again;

    /// <summary>Starts to follow informers that have listed.</summary>
    public BackendWatch(ClusterInformers cluster, ChangeSignal signal)
    {
        _cluster = cluster;
        _services = ChangedKeys.Of(cluster.Services, signal);
        _pods = ChangedKeys.Of(cluster.Pods, signal);
        _nodes = ChangedKeys.Of(cluster.Nodes, signal);
        // What failed is tried again when the controller's backoff is over, not at once.
        _again = new ChangedKeys(new ChangeSignal());
    }

    /// <summary>The Services whose endpoints may be others since the last call.</summary>
    public HashSet<ObjectKey> Take()
    {
        var touched = _again.Take();
        foreach (var key in _services.Take())
        {
            _index.Put(key, _cluster.Services.Items.GetValueOrDefault(key));
            touched.Add(key);
        }
        foreach (var key in _pods.Take())
            _index.Put(key, _cluster.Pods.Items.GetValueOrDefault(key), touched);
        foreach (var key in _nodes.Take())
            NoteZone(key.Name, _cluster.Nodes.Items.GetValueOrDefault(key), touched);
        return touched;
    }

    /// <summary>Asks for another look at a Service.</summary>
    public void Retry(ObjectKey service) => _again.Add(service);

    /// <summary>The pods that are endpoints of the Service, in the order of their names.</summary>
    public List<Pod> PodsOf(Service service) => ServiceBackends.Pods(_index.PodsOf(service));

    /// <summary>The zone of a node, if any.</summary>
    public string? ZoneOf(string? node) => _zones.GetValueOrDefault(node ?? "");

    private void NoteZone(string name, Node? node, HashSet<ObjectKey> touched)
    {
        var zone = node?.Metadata.Labels.Find(ZoneLabel);
        if (_zones.GetValueOrDefault(name) == zone)
            return;
        _zones[name] = zone;
        touched.UnionWith(_index.ServicesOnNode(name));
    }
}
