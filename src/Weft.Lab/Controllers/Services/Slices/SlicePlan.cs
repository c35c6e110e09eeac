using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>What has to happen to the EndpointSlices of a Service.</summary>
/// <remarks>Few writes come before full slices: an endpoint stays where it is, and a slice that need not change is left alone.</remarks>
internal sealed record SlicePlan(IReadOnlyList<EndpointSlice> Create, IReadOnlyList<(EndpointSlice From, EndpointSlice To)> Update, IReadOnlyList<EndpointSlice> Delete)
{
    /// <summary>Endpoints per slice; kube-controller-manager's default.</summary>
    public const int MaximumEndpoints = 100;

    /// <summary>Compares the slices that are with the endpoints that should be in them: pure.</summary>
    /// <param name="metadata">What the slices are called and labelled with; its annotations are added to those of slices that change.</param>
    /// <param name="groups">The endpoints.</param>
    /// <param name="existing">The slices of the Service that the caller manages.</param>
    /// <param name="maximum">Endpoints per slice.</param>
    public static SlicePlan For(ObjectMeta metadata, IReadOnlyDictionary<SliceGroup, List<Endpoint>> groups, IReadOnlyList<EndpointSlice> existing, int maximum = MaximumEndpoints)
    {
        var create = new List<EndpointSlice>();
        var update = new List<(EndpointSlice From, EndpointSlice To)>();
        var left = existing.OrderBy(slice => slice.Metadata.Name, StringComparer.Ordinal).ToList();
        foreach (var (group, endpoints) in groups)
        {
            var mine = left.FindAll(slice => slice.AddressType == group.AddressType && slice.Ports == group.Ports);
            left.RemoveAll(mine.Contains);
            foreach (var (slice, wanted) in SliceFilling.Of(endpoints, mine, maximum))
            {
                if (slice is null)
                    create.Add(new EndpointSlice { Metadata = metadata, AddressType = group.AddressType, Ports = group.Ports, Endpoints = wanted });
                else if (wanted.Count == 0 && (mine.Count > 1 || endpoints.Count > 0))
                    left.Add(slice);
                else if (slice.Endpoints != wanted || slice.Metadata.Labels != metadata.Labels || slice.Metadata.OwnerReferences != metadata.OwnerReferences)
                    update.Add((slice, slice with { Metadata = Marked(slice, metadata), Endpoints = wanted }));
            }
        }

        KeepOne(groups, existing, create, update, left);
        Reuse(create, update, left);
        return new SlicePlan(create, update, left);
    }

    /// <summary>Several empty slices of a Service that has no endpoints leave one of each family, so that readers know it has none.</summary>
    private static void KeepOne(IReadOnlyDictionary<SliceGroup, List<Endpoint>> groups, IReadOnlyList<EndpointSlice> existing, List<EndpointSlice> create, List<(EndpointSlice From, EndpointSlice To)> update, List<EndpointSlice> left)
    {
        foreach (var (group, _) in groups.Where(entry => entry.Value.Count == 0))
        {
            var survives = create.Any(slice => slice.AddressType == group.AddressType)
                || existing.Any(slice => slice.AddressType == group.AddressType && !left.Contains(slice));
            if (survives || left.Find(slice => slice.AddressType == group.AddressType) is not { } one)
                continue;
            left.Remove(one);
            if (one.Endpoints.Count > 0)
                update.Add((one, one with { Endpoints = default }));
        }
    }

    /// <summary>A slice that is no longer needed becomes one that is: readers see one change instead of a gap.</summary>
    private static void Reuse(List<EndpointSlice> create, List<(EndpointSlice From, EndpointSlice To)> update, List<EndpointSlice> left)
    {
        foreach (var wanted in create.ToList())
        {
            if (left.Find(slice => slice.AddressType == wanted.AddressType) is not { } spare)
                continue;
            left.Remove(spare);
            create.Remove(wanted);
            update.Add((spare, spare with { Metadata = Marked(spare, wanted.Metadata), Endpoints = wanted.Endpoints, Ports = wanted.Ports }));
        }
    }

    private static ObjectMeta Marked(EndpointSlice slice, ObjectMeta metadata)
    {
        var annotations = slice.Metadata.Annotations.Without(ServiceBackends.TriggerTimeAnnotation);
        foreach (var (key, value) in metadata.Annotations)
            annotations = annotations.With(key, value);
        return slice.Metadata with { Labels = metadata.Labels, Annotations = annotations, OwnerReferences = metadata.OwnerReferences };
    }
}
