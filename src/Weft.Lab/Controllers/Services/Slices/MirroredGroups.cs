using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Lab.Controllers;

/// <summary>What EndpointSlices say for a hand-written Endpoints object: pure.</summary>
internal static class MirroredGroups
{
    public const string Manager = "endpointslicemirroring-controller.k8s.io";

    /// <summary>Addresses mirrored of one subset, and endpoints per slice; kube-controller-manager's default.</summary>
    public const int Maximum = 1000;

    private const string SkipLabel = "endpointslice.kubernetes.io/skip-mirror";

    /// <summary>What stays with the Endpoints: about itself, or about leader elections.</summary>
    private static readonly string[] NotCopied = [ServiceBackends.TriggerTimeAnnotation, "kubectl.kubernetes.io/last-applied-configuration"];

    /// <summary>Whether slices are to be made of it.</summary>
    public static bool IsMirrored(Endpoints endpoints, Service? service) =>
        service is { Spec.Selector.Count: 0 } && !service.IsTerminating() && !endpoints.IsTerminating()
        && endpoints.Metadata.Labels.Find(SkipLabel) != "true"
        && !endpoints.Metadata.Annotations.ContainsKey("control-plane.alpha.kubernetes.io/leader");

    public static ObjectMeta Metadata(Endpoints endpoints) => new()
    {
        GenerateName = $"{endpoints.Metadata.Name}-",
        Namespace = endpoints.Metadata.Namespace,
        Labels = endpoints.Metadata.Labels.With(EndpointSlice.ServiceNameLabel, endpoints.Metadata.Name).With(EndpointSlice.ManagedByLabel, Manager),
        Annotations = StringMap.Create([.. endpoints.Metadata.Annotations.Where(entry => !NotCopied.Contains(entry.Key))]),
        OwnerReferences = [OwnerReference.ControllerOf(endpoints)],
    };

    /// <summary>How many addresses have no place in slices: those that are none, and those beyond <see cref="Maximum"/> of their subset.</summary>
    public static (int Invalid, int TooMany) Skipped(Endpoints endpoints)
    {
        var subsets = endpoints.Subsets.Select(subset => subset.Addresses.Concat(subset.NotReadyAddresses).ToList()).ToList();
        return (subsets.Sum(all => all.Take(Maximum).Count(address => !IpAddress.TryParse(address.Ip, out _))), subsets.Sum(all => Math.Max(0, all.Count - Maximum)));
    }

    public static Dictionary<SliceGroup, List<Endpoint>> Of(Endpoints endpoints)
    {
        var groups = new Dictionary<SliceGroup, List<Endpoint>>();
        foreach (var subset in (IEnumerable<EndpointSubset>)endpoints.Subsets)
        {
            var ports = subset.Ports.Select(port => port with { Name = port.Name ?? "", Protocol = port.Protocol ?? "TCP" }).ToEquatableArray();
            var addresses = subset.Addresses.Select(address => (address, Ready: true)).Concat(subset.NotReadyAddresses.Select(address => (address, Ready: false)));
            foreach (var (address, ready) in addresses.Take(Maximum))
            {
                if (!IpAddress.TryParse(address.Ip, out var ip))
                    continue;
                var group = new SliceGroup(ip.IsV6 ? "IPv6" : "IPv4", ports);
                if (!groups.TryGetValue(group, out var list))
                    groups[group] = list = [];
                list.Add(new Endpoint
                {
                    Addresses = [ip.ToString()],
                    Conditions = new EndpointConditions { Ready = ready },
                    Hostname = address.Hostname,
                    NodeName = address.NodeName,
                    TargetRef = address.TargetRef,
                });
            }
        }

        return groups;
    }
}
