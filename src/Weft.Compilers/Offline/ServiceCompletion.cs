using System.Globalization;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Compilers.Offline;

/// <summary>Services with cluster IPs and node ports.</summary>
internal static class ServiceCompletion
{
    // Where the lab's API server begins as well: below are the bands for those who name theirs (KEP-3070, KEP-3668).
    private const int FirstAddress = 256;
    private const int FirstNodePort = 30086;

    /// <summary>Whether it asks for, or has, addresses of IPv6.</summary>
    public static bool WantsV6(Service service) =>
        service.Spec.ClusterIPs.Append(service.Spec.ClusterIP ?? "").Any(address => address.Contains(':')) || Families(service.Spec).Contains(true);

    public static List<Service> Complete(List<Service> services, List<string> notes)
    {
        var addresses = services.SelectMany(service => service.Spec.ClusterIPs.Append(service.Spec.ClusterIP ?? "")).ToHashSet(StringComparer.Ordinal);
        var ports = services.SelectMany(service => service.Spec.Ports).Select(port => port.NodePort ?? 0).ToHashSet();
        return services.ConvertAll(service => WithNodePorts(WithAddresses(service, addresses, notes), ports, notes));
    }

    private static Service WithAddresses(Service service, HashSet<string> used, List<string> notes)
    {
        var spec = service.Spec;
        if (spec.Type == "ExternalName" || !string.IsNullOrEmpty(spec.ClusterIP) || spec.ClusterIPs.Count > 0)
            return service;
        var taken = Families(spec).Select(v6 => Take(v6, used)).ToEquatableArray();
        notes.Add($"Service {service.Key()}: the cluster IP {string.Join(" and ", taken)} is assumed");
        return service with { Spec = spec with { ClusterIP = taken[0], ClusterIPs = taken } };
    }

    private static IEnumerable<bool> Families(ServiceSpec spec)
    {
        var asked = spec.IpFamilies.Select(family => family == "IPv6").ToList();
        if (asked.Count == 0)
            asked.Add(false);
        if (asked.Count == 1 && spec.IpFamilyPolicy is "PreferDualStack" or "RequireDualStack")
            asked.Add(!asked[0]);
        return asked;
    }

    private static string Take(bool v6, HashSet<string> used)
    {
        for (var host = (UInt128)(v6 ? 0x10000 : FirstAddress); ; host++)
        {
            var address = (v6 ? AssumedNetwork.Services6 : AssumedNetwork.Services4).AddressAt(host).ToString();
            if (used.Add(address))
                return address;
        }
    }

    private static Service WithNodePorts(Service service, HashSet<int> used, List<string> notes)
    {
        if (service.Spec.Type is not ("NodePort" or "LoadBalancer") || service.Spec.AllocateLoadBalancerNodePorts is false)
            return service;
        return service with { Spec = service.Spec with { Ports = service.Spec.Ports.Select(WithNodePort).ToEquatableArray() } };

        ServicePort WithNodePort(ServicePort port)
        {
            if (port.NodePort is > 0)
                return port;
            var number = Enumerable.Range(FirstNodePort, 32768 - FirstNodePort).FirstOrDefault(used.Add);
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"Service {service.Key()}: the node port {number} is assumed for port {port.Port}"));
            return port with { NodePort = number };
        }
    }
}
