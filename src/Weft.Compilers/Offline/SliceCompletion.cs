using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Compilers.Offline;

/// <summary>The slices of a Service: those in the manifests, else those of its Endpoints, else those of the pods that it selects.</summary>
internal static class SliceCompletion
{
    public static EquatableArray<EndpointSlice> Of(
        Service service, IEnumerable<EndpointSlice> slices, IEnumerable<Endpoints> endpoints, IEnumerable<Pod> pods, List<string> notes)
    {
        var own = slices.Where(slice => IsOf(service, slice)).ToEquatableArray();
        if (own.Count > 0)
            return own;
        if (endpoints.FirstOrDefault(list => list.Key() == service.Key()) is { } given)
            return Mirrored(service, given).ToEquatableArray();
        if (service.Spec.Selector.Count == 0)
        {
            if (service.Spec.Type != "ExternalName")
                notes.Add($"Service {service.Key()}: no selector and no EndpointSlice with the label {EndpointSlice.ServiceNameLabel}={service.Metadata.Name}, so it has no endpoints");
            return [];
        }

        var selected = pods.Where(pod => pod.Metadata.Namespace == service.Metadata.Namespace && pod.Metadata.Labels.ContainsAll(service.Spec.Selector)).ToList();
        notes.Add(selected.Count == 0
            ? $"Service {service.Key()}: no pod of the manifests has the labels {service.Spec.Selector}, so it has no endpoints"
            : $"Service {service.Key()}: pods that are its endpoints, all assumed to be ready: {selected.Count}");
        return Derived(service, selected).ToEquatableArray();
    }

    private static bool IsOf(Service service, EndpointSlice slice) =>
        slice.Metadata.Namespace == service.Metadata.Namespace && slice.Metadata.Labels.Find(EndpointSlice.ServiceNameLabel) == service.Metadata.Name;

    /// <summary>One slice per family and set of target ports: pods may have different numbers for the same port name.</summary>
    private static IEnumerable<EndpointSlice> Derived(Service service, List<Pod> pods)
    {
        foreach (var v6 in (bool[])[false, true])
        {
            var groups = pods.GroupBy(pod => service.Spec.Ports.Select(port => new EndpointPort { Name = port.Name, Protocol = port.Protocol, Port = Target(port, pod) }).ToEquatableArray());
            foreach (var group in groups)
            {
                var endpoints = group.SelectMany(pod => PodCompletion.Addresses(pod).Where(address => address.Contains(':') == v6).Take(1).Select(address => EndpointOf(service, pod, address)));
                if (endpoints.ToEquatableArray() is { Count: > 0 } ready)
                    yield return Slice(service, v6, ready, group.Key.Where(port => port.Port is not null).ToEquatableArray());
            }
        }
    }

    private static Endpoint EndpointOf(Service service, Pod pod, string address) => new()
    {
        Addresses = [address],
        Hostname = pod.Spec.Subdomain == service.Metadata.Name && pod.Spec.Hostname is { Length: > 0 } name ? name : null,
        NodeName = pod.Spec.NodeName,
        Conditions = new() { Ready = true, Serving = true, Terminating = false },
        TargetRef = new() { Kind = "Pod", Namespace = pod.Metadata.Namespace, Name = pod.Metadata.Name },
    };

    private static int? Target(ServicePort port, Pod pod)
    {
        if (port.TargetPort is not { } target)
            return port.Port;
        if (target.Number is { } number)
            return number == 0 ? port.Port : number;
        return pod.Spec.Containers.SelectMany(container => container.Ports)
            .FirstOrDefault(declared => declared.Name == target.Text && (declared.Protocol ?? "TCP") == (port.Protocol ?? "TCP"))?.Port;
    }

    private static IEnumerable<EndpointSlice> Mirrored(Service service, Endpoints given)
    {
        foreach (var subset in given.Subsets)
        {
            foreach (var v6 in (bool[])[false, true])
            {
                var endpoints = Of(subset.Addresses, ready: true).Concat(Of(subset.NotReadyAddresses, ready: false)).ToEquatableArray();
                if (endpoints.Count > 0)
                    yield return Slice(service, v6, endpoints, subset.Ports);

                IEnumerable<Endpoint> Of(IEnumerable<EndpointAddress> addresses, bool ready) => addresses
                    .Where(address => address.Ip.Contains(':') == v6)
                    .Select(address => new Endpoint { Addresses = [address.Ip], Hostname = address.Hostname, NodeName = address.NodeName, TargetRef = address.TargetRef, Conditions = new() { Ready = ready } });
            }
        }
    }

    private static EndpointSlice Slice(Service service, bool v6, EquatableArray<Endpoint> endpoints, EquatableArray<EndpointPort> ports) => new()
    {
        Metadata = new()
        {
            Namespace = service.Metadata.Namespace,
            Name = $"{service.Metadata.Name}-{(v6 ? "ipv6" : "ipv4")}",
            Labels = StringMap.Of((EndpointSlice.ServiceNameLabel, service.Metadata.Name)),
        },
        AddressType = v6 ? "IPv6" : "IPv4",
        Endpoints = endpoints,
        Ports = ports,
    };
}
