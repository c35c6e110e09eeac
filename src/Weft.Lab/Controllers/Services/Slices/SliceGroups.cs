using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Lab.Controllers;

/// <summary>The endpoints of a Service, those together that may share a slice: one family, the same ports. Pure.</summary>
internal static class SliceGroups
{
    public static Dictionary<SliceGroup, List<Endpoint>> Of(Service service, IReadOnlyList<Pod> pods, Func<string?, string?> zones)
    {
        var groups = new Dictionary<SliceGroup, List<Endpoint>>();
        foreach (var v6 in ServiceBackends.Families(service))
        {
            foreach (var pod in pods)
            {
                var addresses = ServiceBackends.Addresses(pod).Where(address => address.IsV6 == v6).Select(address => address.ToString()).ToList();
                var key = new SliceGroup(v6 ? "IPv6" : "IPv4", ServiceBackends.Ports(service, pod));
                if (addresses.Count == 0)
                    continue;
                if (!groups.TryGetValue(key, out var endpoints))
                    groups[key] = endpoints = [];
                endpoints.Add(NewEndpoint(service, pod, addresses[0], zones(pod.Spec.NodeName)));
            }

            // A Service without pods keeps one empty slice, so that readers know it has none.
            var type = v6 ? "IPv6" : "IPv4";
            if (!groups.Keys.Any(key => key.AddressType == type))
                groups[new SliceGroup(type, default)] = [];
        }

        return groups;
    }

    private static Endpoint NewEndpoint(Service service, Pod pod, string address, string? zone)
    {
        var (ready, terminating) = (pod.IsReady(), pod.IsTerminating());
        var endpoint = new Endpoint
        {
            Addresses = [address],
            Conditions = new EndpointConditions { Ready = service.Spec.PublishNotReadyAddresses is true || (ready && !terminating), Serving = ready, Terminating = terminating },
            Hostname = ServiceBackends.Hostname(service, pod),
            NodeName = pod.Spec.NodeName,
            Zone = zone,
            TargetRef = ServiceBackends.Reference(pod),
        };
        return endpoint with { Hints = TopologyHints.For(service, endpoint) };
    }
}

/// <summary>What all endpoints of a slice share.</summary>
/// <param name="AddressType"><c>IPv4</c> or <c>IPv6</c>.</param>
/// <param name="Ports">The ports as the endpoints have them.</param>
internal readonly record struct SliceGroup(string AddressType, EquatableArray<EndpointPort> Ports);
