using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>The EndpointSlices of each Service that one manager writes.</summary>
/// <remarks>Belongs to one controller; not thread-safe.</remarks>
internal sealed class SliceIndex(string manager)
{
    private readonly Dictionary<ObjectKey, ObjectKey> _serviceOf = [];
    private readonly Dictionary<ObjectKey, HashSet<ObjectKey>> _slicesOf = [];

    /// <summary>Files a slice as it is now, or forgets it.</summary>
    /// <param name="touched">Receives the Services that it belongs or belonged to.</param>
    public void Put(ObjectKey key, EndpointSlice? slice, HashSet<ObjectKey> touched)
    {
        if (_serviceOf.Remove(key, out var former))
        {
            touched.Add(former);
            if (_slicesOf[former].Remove(key) && _slicesOf[former].Count == 0)
                _slicesOf.Remove(former);
        }
        if (slice is null || slice.Metadata.Labels.Find(EndpointSlice.ManagedByLabel) != manager)
            return;
        var service = new ObjectKey(key.Namespace, slice.Metadata.Labels.Find(EndpointSlice.ServiceNameLabel) ?? "");
        touched.Add(service);
        _serviceOf[key] = service;
        if (!_slicesOf.TryGetValue(service, out var slices))
            _slicesOf[service] = slices = [];
        slices.Add(key);
    }

    /// <summary>The keys of the slices of a Service.</summary>
    public IEnumerable<ObjectKey> Of(ObjectKey service) => _slicesOf.GetValueOrDefault(service, []);
}
