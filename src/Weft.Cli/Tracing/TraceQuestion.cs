using System.Globalization;
using Weft.Cli.Rendering;
using Weft.Compilers.Clusters;
using Weft.Compilers.Offline;
using Weft.Compilers.Tracing;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Cli.Tracing;

/// <summary>What <c>weft trace</c> was asked, and the answer.</summary>
internal sealed record TraceQuestion(string From, string To, string? Port, string Namespace, L4Protocol Protocol, ProxyMode? Target)
{
    /// <summary>Takes <c>TO[:PORT]</c> apart; an IPv6 address with a port stands in brackets.</summary>
    public static (string To, string? Port) Split(string text)
    {
        if (text.StartsWith('[') && text.IndexOf(']') is > 0 and var close)
            return (text[1..close], text.Length > close + 2 ? text[(close + 2)..] : null);
        var colon = text.LastIndexOf(':');
        return colon < 0 || text.IndexOf(':') != colon ? (text, null) : (text[..colon], text[(colon + 1)..]);
    }

    /// <exception cref="TraceException">An end or a port is not there.</exception>
    public TraceReport Answer(ClusterSnapshot objects, EquatableArray<Pod> pods)
    {
        var map = new TraceMap(objects, pods);
        var service = map.ServiceOf(To, Namespace);
        var v6 = service is not null ? AddressOf(service).IsV6 : IpAddress.TryParse(To, out var address) && address.IsV6;
        var from = map.Client(From, Namespace, v6);
        var to = service is null ? map.Destination(To, Namespace, v6) : new TraceEnd($"service {service.Key()}", AddressOf(service), Node: null);
        var node = from.Node ?? to.Node ?? ManifestCluster.NodeOf(objects, asked: null);
        return new Tracer(objects, pods, node, name => AssumedMachine.Of(objects, name), Target).Trace(from, to, PortOf(service, to, pods), Protocol);
    }

    private static IpAddress AddressOf(Service service) => service.Spec switch
    {
        { Type: "ExternalName" } => throw new TraceException($"Service {service.Key()} is another name for {service.Spec.ExternalName}: trace that"),
        { ClusterIP: { } text } when IpAddress.TryParse(text, out var address) => address,
        _ => throw new TraceException($"Service {service.Key()} has no cluster IP: DNS answers with its pods, so trace one of them (`weft dns query {service.Metadata.Name}.{service.Metadata.Namespace} --from POD` names them)"),
    };

    private ushort PortOf(Service? service, TraceEnd to, EquatableArray<Pod> pods)
    {
        if (service is not null)
            return TraceMap.PortOf(service, Port, Protocol);
        if (Port is not null)
            return ushort.TryParse(Port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new UsageException($"'{Port}' is not a port number");
        var declared = pods.Where(pod => $"pod {pod.Key()}" == to.What).SelectMany(pod => pod.Spec.Containers).SelectMany(container => container.Ports)
            .FirstOrDefault(port => (port.Protocol ?? "TCP") == Protocol.ToString().ToUpperInvariant());
        return declared is null ? throw new UsageException($"which port of {to.What}? Write {To}:PORT") : (ushort)declared.Port;
    }
}
