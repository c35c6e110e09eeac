using System.Collections.Concurrent;
using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>Gives the endpoints of Services in topology mode to zones, and tells in Events when that begins, ends or cannot be.</summary>
internal sealed class TopologyMode(Action<Service, string, string, string> tell)
{
    private const string Annotation = "service.kubernetes.io/topology-mode";
    private const string FormerAnnotation = "service.kubernetes.io/topology-aware-hints";
    private const string Enabled = "TopologyAwareHintsEnabled";
    private const string Disabled = "TopologyAwareHintsDisabled";

    // What was told last of each family of a Service; a Service that is not here was never in topology mode.
    private readonly ConcurrentDictionary<(ObjectKey Service, string AddressType), string> _told = [];

    /// <summary>Whether a Service asks for it; it then comes before <c>trafficDistribution</c>.</summary>
    public static bool IsAuto(Service service) =>
        (service.Metadata.Annotations.Find(Annotation) ?? service.Metadata.Annotations.Find(FormerAnnotation)) is "Auto" or "auto";

    /// <summary>Sets the hints of a Service's endpoints.</summary>
    public void Apply(Service service, Dictionary<SliceGroup, List<Endpoint>> groups, ZoneShares shares)
    {
        foreach (var family in groups.ToLookup(group => group.Key.AddressType, group => group.Value, StringComparer.Ordinal))
            Report(service, family.Key, IsAuto(service), IsAuto(service) ? Allot(family, shares) : null);
    }

    /// <summary>Forgets a Service that is gone.</summary>
    public void Forget(ObjectKey service)
    {
        foreach (var type in (string[])["IPv4", "IPv6"])
            _told.TryRemove((service, type), out _);
    }

    /// <summary>The slices of one family share its endpoints, whatever their ports.</summary>
    /// <returns>Why there are no hints, or null.</returns>
    private static string? Allot(IEnumerable<List<Endpoint>> lists, ZoneShares shares)
    {
        var places = lists.SelectMany(list => Enumerable.Range(0, list.Count).Select(i => (List: list, Index: i))).Where(place => place.List[place.Index].Conditions?.Ready is true).ToList();
        var (zones, problem) = ZoneAllocation.Of(places.ConvertAll(place => place.List[place.Index]), shares);
        foreach (var (place, zone) in places.Zip(zones))
            place.List[place.Index] = place.List[place.Index] with { Hints = new EndpointHints { ForZones = [new NamedItem(zone)] } };
        return problem;
    }

    private void Report(Service service, string type, bool isAuto, string? problem)
    {
        var key = (service.Key(), type);
        var before = _told.GetValueOrDefault(key);
        if (isAuto && problem is null && before != Enabled)
            tell(service, "Normal", Enabled, $"Topology Aware Hints has been enabled, addressType: {type}");
        else if (isAuto && problem is not null && before != problem)
            tell(service, "Warning", Disabled, $"{problem}, addressType: {type}");
        else if (!isAuto && before == Enabled)
            tell(service, "Warning", Disabled, $"Topology Aware Hints has been disabled, addressType: {type}");
        if (isAuto)
            _told[key] = problem ?? Enabled;
        else
            _told.TryRemove(key, out _);
    }
}
