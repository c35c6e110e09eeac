using Weft.Compilers.Clusters;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Compilers.Announcing;

/// <summary>Decides which node announces which address of Services of type LoadBalancer. Every node comes to the same answer from the same objects.</summary>
public static class AnnouncementCompiler
{
    private const string Excluded = "node.kubernetes.io/exclude-from-external-load-balancers";
    private const string ToBeDeleted = "ToBeDeletedByClusterAutoscaler";

    /// <summary>Decides.</summary>
    /// <param name="nodes">All nodes.</param>
    /// <param name="settings">The ranges whose addresses are announced, and the nodes that may.</param>
    /// <param name="services">Services; those of other types and classes are passed over.</param>
    /// <param name="alive">Names of the nodes whose agents give signs of life; null where that is not known.</param>
    /// <returns>One announcement for each address in the ranges, sorted.</returns>
    public static EquatableArray<Announcement> Compile(
        IEnumerable<Node> nodes, ClusterSettings settings, IEnumerable<ServiceObjects> services, IReadOnlySet<string>? alive)
    {
        if (settings.LoadBalancerRanges.Count == 0)
            return [];
        var candidates = nodes
            .Where(node => MayAnnounce(node, settings.LoadBalancerNodes) && alive?.Contains(node.Metadata.Name) is not false)
            .Select(node => node.Metadata.Name)
            .ToList();
        return Holders(services, settings.LoadBalancerRanges)
            .Select(holder => Decide(holder.Key, holder.Value, candidates))
            .ToEquatableArray();
    }

    /// <summary>Whether the address lies in a range that is announced.</summary>
    public static bool IsAnnounced(IpAddress address, EquatableArray<IpRange> ranges)
    {
        foreach (var range in ranges)
        {
            if (range.Contains(address))
                return true;
        }

        return false;
    }

    private static bool MayAnnounce(Node node, LabelSelector announcers) =>
        node.Metadata.DeletionTimestamp is null
        && node.Status.Conditions.IsTrue("Ready")
        && !node.Metadata.Labels.ContainsKey(Excluded)
        && !node.Spec.Taints.Any(taint => taint.Key == ToBeDeleted)
        && announcers.Matches(node.Metadata.Labels);

    private static SortedDictionary<IpAddress, List<ServiceObjects>> Holders(IEnumerable<ServiceObjects> services, EquatableArray<IpRange> ranges)
    {
        var holders = new SortedDictionary<IpAddress, List<ServiceObjects>>();
        foreach (var objects in services.Where(objects => LoadBalancers.Serves(objects.Service)))
        {
            foreach (var address in LoadBalancers.VirtualAddressesOf(objects.Service).Where(address => IsAnnounced(address, ranges)).Distinct())
            {
                if (!holders.TryGetValue(address, out var list))
                    holders.Add(address, list = []);
                list.Add(objects);
            }
        }

        return holders;
    }

    private static Announcement Decide(IpAddress address, List<ServiceObjects> services, List<string> candidates)
    {
        var keys = services.Select(objects => objects.Service.Key()).Order().ToEquatableArray();
        var able = candidates;
        foreach (var objects in services.Where(objects => objects.Service.Spec.ExternalTrafficPolicy == "Local"))
        {
            var serving = Serving(objects.Slices, address.IsV6);
            able = able.FindAll(serving.Contains);
        }

        var node = Rendezvous.Choose(address, able);
        var reason = node is not null ? null
            : candidates.Count == 0 ? "no node that may announce it is Ready with an agent that is alive"
            : "externalTrafficPolicy is Local, and no node that may announce it has a ready endpoint";
        return new Announcement(address, keys, node, reason);
    }

    /// <summary>The nodes with an endpoint that is ready; when there is none anywhere, those where one ends and still serves (KEP-1669).</summary>
    private static HashSet<string> Serving(EquatableArray<EndpointSlice> slices, bool v6)
    {
        var endpoints = slices.Where(slice => slice.AddressType == (v6 ? "IPv6" : "IPv4")).SelectMany(slice => slice.Endpoints).Where(endpoint => endpoint.NodeName is not null).ToList();
        var ready = endpoints.Where(endpoint => endpoint.Conditions?.Ready ?? true).Select(endpoint => endpoint.NodeName!).ToHashSet(StringComparer.Ordinal);
        return ready.Count > 0
            ? ready
            : endpoints.Where(endpoint => endpoint.Conditions is { Serving: not false, Terminating: true }).Select(endpoint => endpoint.NodeName!).ToHashSet(StringComparer.Ordinal);
    }
}
