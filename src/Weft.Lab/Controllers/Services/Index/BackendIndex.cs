using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>Which pods are behind which Services, kept up to date object by object: a change costs what it touches.</summary>
/// <remarks>A Service is filed under the first label of its selector, a pod under all of its labels. Belongs to one controller; not thread-safe.</remarks>
internal sealed class BackendIndex
{
    private static readonly IReadOnlySet<ObjectKey> NoKeys = new HashSet<ObjectKey>();

    private readonly Dictionary<ObjectKey, Service> _services = [];
    private readonly Dictionary<ObjectKey, Pod> _pods = [];
    private readonly LabelIndex _servicesByLabel = new();
    private readonly LabelIndex _podsByLabel = new();

    /// <summary>Files a Service as it is now, or forgets it.</summary>
    public void Put(ObjectKey key, Service? service)
    {
        if (_services.Remove(key, out var former))
            _servicesByLabel.Remove(key, former.Spec.Selector.Take(1));
        if (service is null)
            return;
        _services[key] = service;
        _servicesByLabel.Add(key, service.Spec.Selector.Take(1));
    }

    /// <summary>Files a pod as it is now, or forgets it.</summary>
    /// <param name="touched">Receives the Services whose endpoints this may change.</param>
    public void Put(ObjectKey key, Pod? pod, HashSet<ObjectKey> touched)
    {
        if (_pods.TryGetValue(key, out var former) && pod is not null && ServiceBackends.IsSameBackend(former, pod))
            return;
        if (former is not null)
        {
            _pods.Remove(key);
            _podsByLabel.Remove(key, former.Metadata.Labels);
            touched.UnionWith(ServicesOf(former));
        }
        if (pod is null)
            return;
        _pods[key] = pod;
        _podsByLabel.Add(key, pod.Metadata.Labels);
        touched.UnionWith(ServicesOf(pod));
    }

    /// <summary>The pods that the Service selects.</summary>
    public IEnumerable<Pod> PodsOf(Service service)
    {
        var ns = service.Metadata.Namespace ?? "";
        var fewest = service.Spec.Selector.Select(pair => _podsByLabel.Find(ns, pair.Key, pair.Value)).MinBy(keys => keys.Count);
        return (fewest ?? NoKeys).Select(key => _pods[key]).Where(pod => pod.Metadata.Labels.ContainsAll(service.Spec.Selector));
    }

    /// <summary>The Services of the pods on a node. Looks at every pod.</summary>
    public IEnumerable<ObjectKey> ServicesOnNode(string node) => _pods.Values.Where(pod => pod.Spec.NodeName == node).SelectMany(ServicesOf);

    private IEnumerable<ObjectKey> ServicesOf(Pod pod) => pod.Metadata.Labels
        .SelectMany(pair => _servicesByLabel.Find(pod.Metadata.Namespace ?? "", pair.Key, pair.Value))
        .Where(key => pod.Metadata.Labels.ContainsAll(_services[key].Spec.Selector));
}
