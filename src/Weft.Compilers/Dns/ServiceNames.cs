using System.Diagnostics.CodeAnalysis;
using Weft.Compilers.Services;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Compilers.Dns;

/// <summary>A Service's names; none when it has no address yet or cannot have names.</summary>
internal sealed record ServiceNaming(NamedService? Service, EquatableArray<Problem> Problems);

/// <summary>Reads one Service and its EndpointSlices for DNS.</summary>
internal static class ServiceNames
{
    private const string None = "None";

    /// <summary>What the field publishNotReadyAddresses was before it was one; section 2.1 of the specification names it.</summary>
    private const string TolerateUnready = "service.alpha.kubernetes.io/tolerate-unready-endpoints";

    public static ServiceNaming Of(ServiceObjects objects)
    {
        var service = objects.Service;
        var named = new NamedService(service.Metadata.Namespace ?? "", service.Metadata.Name);
        if (service.Spec.Type == "ExternalName")
            return Alias(service, named);
        if (service.Spec.ClusterIP == None)
            return new ServiceNaming(named with { Endpoints = Endpoints(objects) }, []);
        var addresses = (service.Spec.ClusterIPs is { Count: > 0 } several ? several : [service.Spec.ClusterIP ?? ""])
            .Select(text => IpAddress.TryParse(text, out var address) ? address : (IpAddress?)null).OfType<IpAddress>().ToEquatableArray();
        return new ServiceNaming(addresses.Count == 0 ? null : named with { Addresses = addresses, Ports = [.. service.Spec.Ports.Select(PortOf).OfType<DnsPort>()] }, []);
    }

    private static ServiceNaming Alias(Service service, NamedService named)
    {
        var name = service.Spec.ExternalName ?? "";
        return DnsName.TryParse(name, out var alias, out var problem) && !alias.IsRoot
            ? new ServiceNaming(named with { Alias = alias }, [])
            : new ServiceNaming(null, [new Problem(
                $"Service {service.Key()}", "ExternalNameInvalid", $"spec.externalName: {problem ?? "the root is no host"}; the Service has no DNS name until it is set right")]);
    }

    /// <summary>Endpoints that are ready, those of one host name together, in the order of their names.</summary>
    private static EquatableArray<NamedEndpoint> Endpoints(ServiceObjects objects)
    {
        var all = objects.Service.Spec.PublishNotReadyAddresses == true || objects.Service.Metadata.Annotations.Find(TolerateUnready) == "true";
        var hosts = new SortedDictionary<string, (SortedSet<IpAddress> Addresses, HashSet<DnsPort> Ports)>(StringComparer.Ordinal);
        foreach (var slice in objects.Slices.Where(slice => slice.AddressType is "IPv4" or "IPv6"))
        {
            var ports = slice.Ports.Select(PortOf).OfType<DnsPort>().ToList();
            foreach (var endpoint in slice.Endpoints.Where(endpoint => all || endpoint.Conditions?.Ready != false))
            {
                foreach (var text in endpoint.Addresses)
                {
                    if (!IpAddress.TryParse(text, out var address))
                        continue;
                    var host = IsLabel(endpoint.Hostname) ? endpoint.Hostname.ToLowerInvariant() : Dashed(address);
                    if (!hosts.TryGetValue(host, out var known))
                        hosts[host] = known = ([], []);
                    known.Addresses.Add(address);
                    known.Ports.UnionWith(ports);
                }
            }
        }

        return [.. hosts.Select(host => new NamedEndpoint(host.Key, [.. host.Value.Addresses], Sorted(host.Value.Ports)))];
    }

    private static EquatableArray<DnsPort> Sorted(IEnumerable<DnsPort> ports) =>
        [.. ports.OrderBy(port => port.Name, StringComparer.Ordinal).ThenBy(port => port.Protocol).ThenBy(port => port.Number)];

    /// <summary>Whether an endpoint has a host name that can be a label; the API server lets no other pass.</summary>
    private static bool IsLabel([NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= DnsName.MaxLabelLength } && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');

    /// <summary>An address as a label: dots and colons become dashes.</summary>
    private static string Dashed(IpAddress address) => address.ToString().Replace('.', '-').Replace(':', '-');

    private static DnsPort? PortOf(ServicePort port) => PortOf(port.Name, port.Protocol, port.Port);

    private static DnsPort? PortOf(EndpointPort port) => PortOf(port.Name, port.Protocol, port.Port);

    private static DnsPort? PortOf(string? name, string? protocol, int? number) =>
        string.IsNullOrEmpty(name) || number is not (> 0 and <= ushort.MaxValue) || ServiceReader.ProtocolOf(protocol) is not { } known ? null : new DnsPort(name, known, (ushort)number);
}
