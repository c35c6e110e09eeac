using System.Globalization;
using Weft.Compilers.Offline;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Compilers.Tracing;

/// <summary>Finds ends of connections by name, and names of addresses.</summary>
/// <param name="objects">The cluster's objects.</param>
/// <param name="pods">Its pods.</param>
public sealed class TraceMap(ClusterSnapshot objects, EquatableArray<Pod> pods)
{
    /// <summary>Cluster DNS as people are told of it, where nodes answer it themselves.</summary>
    public const string ClusterDnsName = "cluster DNS";

    private readonly Dictionary<string, Pod> _byAddress = pods.Where(pod => !pod.Spec.HostNetwork)
        .SelectMany(pod => PodCompletion.Addresses(pod).Select(address => (Address: address, Pod: pod)))
        .GroupBy(entry => entry.Address, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.First().Pod, StringComparer.Ordinal);

    private readonly HashSet<IpAddress> _dns = [.. objects.Policies.StandIns.SelectMany(pod => pod.Addresses)];

    /// <summary>Where every node answers as cluster DNS.</summary>
    public IReadOnlySet<IpAddress> DnsAddresses => _dns;

    /// <summary>The client of that name: <c>[NAMESPACE/]POD</c>, <c>node/NODE</c> or an address.</summary>
    /// <exception cref="TraceException">There is none.</exception>
    public TraceEnd Client(string text, string ns, bool v6) =>
        IpAddress.TryParse(text, out var address) ? EndOf(address) : Named(text, ns, v6) ?? throw Unknown(text, ns);

    /// <summary>The Service of a destination <c>svc/NAME</c>, <c>svc/NAMESPACE/NAME</c> or <c>NAME.NAMESPACE[.svc…]</c>; null for anything else.</summary>
    /// <exception cref="TraceException">It is said to be a Service, and there is none.</exception>
    public Service? ServiceOf(string text, string ns)
    {
        var said = text.StartsWith("svc/", StringComparison.Ordinal) || text.StartsWith("service/", StringComparison.Ordinal);
        var name = said ? text[(text.IndexOf('/') + 1)..] : text;
        var key = name.Split('/') is [var space, var plain] ? (space, plain) : name.Split('.') is [var first, var second, ..] ? (second, first) : (ns, name);
        var found = objects.Services.Select(service => service.Service).FirstOrDefault(service => (service.Metadata.Namespace, service.Metadata.Name) == key);
        return found is null && said
            ? throw new TraceException($"there is no Service {key.Item1}/{key.Item2}; there are: {string.Join(", ", objects.Services.Select(service => service.Service.Key()).Order())}")
            : said || name.Contains('.') ? found : null;
    }

    /// <summary>The destination of that name.</summary>
    /// <exception cref="TraceException">There is none.</exception>
    public TraceEnd Destination(string text, string ns, bool v6) => Client(text, ns, v6);

    /// <summary>Who has an address.</summary>
    public TraceEnd EndOf(IpAddress address)
    {
        if (_byAddress.TryGetValue(address.ToString(), out var pod))
            return new TraceEnd($"pod {pod.Key()}", address, pod.Spec.NodeName);
        if (objects.Nodes.FirstOrDefault(node => AddressesOf(node).Contains(address)) is { } node)
            return new TraceEnd($"node {node.Metadata.Name}", address, node.Metadata.Name);
        if (_dns.Contains(address))
            return new TraceEnd(ClusterDnsName, address, Node: null);
        return new TraceEnd(address.ToString(), address, objects.Nodes.FirstOrDefault(other => Ranges(other).Any(range => range.Contains(address)))?.Metadata.Name);
    }

    /// <summary>The addresses of a node.</summary>
    public static IEnumerable<IpAddress> AddressesOf(Node node) => node.Status.Addresses
        .Where(address => address.Type is "InternalIP" or "ExternalIP")
        .Select(address => IpAddress.TryParse(address.Address, out var parsed) ? parsed : (IpAddress?)null).OfType<IpAddress>();

    /// <summary>The port of a Service by number or name; without one, the only or first of the protocol.</summary>
    /// <exception cref="TraceException">There is none.</exception>
    public static ushort PortOf(Service service, string? asked, L4Protocol protocol)
    {
        if (ushort.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number;
        var word = protocol.ToString().ToUpperInvariant();
        var ports = service.Spec.Ports.Where(port => (port.Protocol ?? "TCP") == word && (asked is null || port.Name == asked)).ToList();
        return ports.Count > 0 ? (ushort)ports[0].Port : throw new TraceException($"Service {service.Key()} has no {word} port{(asked is null ? "" : $" named {asked}")}; it has {Reasons.PortsOf(service)}");
    }

    private TraceEnd? Named(string text, string ns, bool v6)
    {
        if (text.StartsWith("node/", StringComparison.Ordinal))
            return objects.Nodes.FirstOrDefault(node => node.Metadata.Name == text[5..]) is { } node && AddressesOf(node).Where(address => address.IsV6 == v6).ToList() is [var own, ..] ? EndOf(own) : null;
        var name = text.StartsWith("pod/", StringComparison.Ordinal) ? text[4..] : text;
        var (space, plain) = name.Split('/') is [var first, var second] ? (first, second) : (ns, name);
        var pod = pods.FirstOrDefault(pod => (pod.Metadata.Namespace, pod.Metadata.Name) == (space, plain))
            ?? pods.Where(pod => pod.Metadata.Namespace == space && pod.Metadata.Name.StartsWith(plain + "-", StringComparison.Ordinal)).MinBy(pod => pod.Metadata.Name, StringComparer.Ordinal);
        var address = pod is null ? null : PodCompletion.Addresses(pod).FirstOrDefault(ip => ip.Contains(':') == v6);
        return pod is null || !IpAddress.TryParse(address, out var parsed) ? null : new TraceEnd($"pod {pod.Key()}", parsed, pod.Spec.NodeName);
    }

    private TraceException Unknown(string text, string ns) =>
        new($"'{text}' is no pod of namespace {ns}, no node and no address (or has none of this family); pods: {string.Join(", ", pods.Select(pod => pod.Key()).Order().Take(20))}");

    private static IEnumerable<IpPrefix> Ranges(Node node) =>
        node.Spec.PodCIDRs.Select(text => IpPrefix.TryParse(text, out var range) ? range : (IpPrefix?)null).OfType<IpPrefix>();
}
