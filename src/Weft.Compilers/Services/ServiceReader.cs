using System.Globalization;
using Weft.Compilers.Dns;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Model.Services;

namespace Weft.Compilers.Services;

/// <summary>Reads one Service and its slices into the ports that it asks for, as if no other Service were there.</summary>
public static class ServiceReader
{
    private const string ProxyNameLabel = "service.kubernetes.io/service-proxy-name";
    private const string HeadlessLabel = "service.kubernetes.io/headless";

    /// <summary>Three hours: the API's default (<c>sessionAffinityConfig.clientIP.timeoutSeconds</c>).</summary>
    private const int DefaultAffinitySeconds = 10800;

    /// <summary>One day: the API's limit.</summary>
    private const int LongestAffinitySeconds = 86400;

    /// <summary>Reads it; ports that equal those of <paramref name="before"/> are the same references.</summary>
    internal static CompiledService Read(ServiceObjects objects, ServiceContext context, CompiledService? before)
    {
        var service = objects.Service;
        if (IsForOthers(service.Metadata.Labels) || service.Spec.Type == "ExternalName" || ClusterIps(service.Spec).Count == 0)
            return new CompiledService(objects, [], healthCheck: null, []);
        var problems = new ProblemList(service.Key());
        var frontends = new FrontendReader(service, context, problems);
        var endpoints = new EndpointReader(objects.Slices, context, problems);
        var ports = new List<ProxiedPort>(service.Spec.Ports.Count * frontends.Families.Count);
        foreach (var port in ReadPorts(service.Spec, problems))
        {
            if (context.AnswersDns && port.Port == NodeLocalDns.Port && service.Key() == ClusterDns.Key)
                continue;
            foreach (var family in frontends.Families)
                ports.Add(Read(service, port, family, frontends, endpoints, problems));
        }

        if (ports.Count > 1)
            ports.Sort(PortOrder.Compare);
        return new CompiledService(objects, Keep(ports, before), HealthCheckOf(service, endpoints), problems.ToArray());
    }

    /// <summary>Another proxy serves what has the first label; what has the second is found by DNS only.</summary>
    public static bool IsForOthers(StringMap labels) => labels.ContainsKey(ProxyNameLabel) || labels.ContainsKey(HeadlessLabel);

    /// <summary>Its cluster IPs as text; none for a headless Service.</summary>
    public static EquatableArray<string> ClusterIps(ServiceSpec spec)
    {
        var first = spec.ClusterIPs.Count > 0 ? spec.ClusterIPs[0] : spec.ClusterIP;
        if (string.IsNullOrEmpty(first) || first == "None")
            return [];
        return spec.ClusterIPs.Count > 0 ? spec.ClusterIPs : [first];
    }

    private static ProxiedPort Read(
        Service service, NamedPort port, bool v6, FrontendReader frontends, EndpointReader endpoints, ProblemList problems)
    {
        var spec = service.Spec;
        var choice = endpoints.Choose(port, v6);
        return new ProxiedPort
        {
            Name = new ServicePortName(service.Metadata.Namespace ?? "", service.Metadata.Name, port.Name, port.Protocol),
            IsV6 = v6,
            Frontends = frontends.Of(port, v6),
            ClusterBackends = choice.Cluster,
            LocalBackends = choice.Local,
            HasAnyBackend = choice.Any,
            InternalLocal = spec.InternalTrafficPolicy == "Local",
            ExternalLocal = spec.ExternalTrafficPolicy == "Local",
            AffinitySeconds = AffinityOf(spec, problems),
            SourceRanges = frontends.SourceRanges(v6),
            RestrictsSources = frontends.RestrictsSources,
        };
    }

    private static List<NamedPort> ReadPorts(ServiceSpec spec, ProblemList problems)
    {
        var ports = new List<NamedPort>(spec.Ports.Count);
        foreach (var port in spec.Ports)
        {
            if (ProtocolOf(port.Protocol) is not { } protocol)
                problems.Add("UnknownProtocol", $"{Shown(port)}: the protocol is none of TCP, UDP and SCTP, so this port is not served");
            else if (port.Port is < 1 or > ushort.MaxValue)
                problems.Add("InvalidPort", $"{Shown(port)}: a port is a number from 1 to 65535, so this port is not served");
            else if (ports.Exists(other => other.Port == port.Port && other.Protocol == protocol))
                problems.Add("DuplicatePort", $"{Shown(port)} is listed twice: the first one is served");
            else if (ports.Exists(other => other.Name == (port.Name ?? "") && other.Protocol == protocol))
                problems.Add("DuplicatePort", $"{Shown(port)} has the name '{port.Name}' of another port: the first one is served");
            else
                ports.Add(new NamedPort(port.Name ?? "", protocol, (ushort)port.Port, NodePortOf(spec, port, problems)));
        }

        return ports;
    }

    private static string Shown(ServicePort port) => string.Create(CultureInfo.InvariantCulture, $"port {port.Port}/{port.Protocol ?? "TCP"}");

    /// <summary>The protocol of that name, TCP when none is given; null for what Services do not have.</summary>
    public static L4Protocol? ProtocolOf(string? name) => name switch
    {
        null or "" or "TCP" => L4Protocol.Tcp,
        "UDP" => L4Protocol.Udp,
        "SCTP" => L4Protocol.Sctp,
        _ => null,
    };

    private static ushort NodePortOf(ServiceSpec spec, ServicePort port, ProblemList problems)
    {
        if (spec.Type is not ("NodePort" or "LoadBalancer") || port.NodePort is null or 0)
            return 0;
        if (port.NodePort is > 0 and <= ushort.MaxValue)
            return (ushort)port.NodePort;
        problems.Add("InvalidPort", string.Create(CultureInfo.InvariantCulture, $"nodePort {port.NodePort} is no number from 1 to 65535, so it is not served"));
        return 0;
    }

    private static int AffinityOf(ServiceSpec spec, ProblemList problems)
    {
        if (spec.SessionAffinity != "ClientIP")
            return 0;
        var seconds = spec.SessionAffinityConfig?.ClientIP?.TimeoutSeconds ?? DefaultAffinitySeconds;
        if (seconds is >= 1 and <= LongestAffinitySeconds)
            return seconds;
        problems.Add("InvalidAffinity", string.Create(
            CultureInfo.InvariantCulture,
            $"timeoutSeconds {seconds} of session affinity is not between 1 and {LongestAffinitySeconds}: {DefaultAffinitySeconds} is used"));
        return DefaultAffinitySeconds;
    }

    private static ServiceHealthCheck? HealthCheckOf(Service service, EndpointReader endpoints) =>
        service.Spec is { Type: "LoadBalancer", ExternalTrafficPolicy: "Local", HealthCheckNodePort: > 0 and <= ushort.MaxValue and var port }
            ? new ServiceHealthCheck(service.Metadata.Namespace ?? "", service.Metadata.Name, (ushort)port, endpoints.CountLocalReady())
            : null;

    private static ProxiedPort[] Keep(List<ProxiedPort> ports, CompiledService? before)
    {
        var kept = new ProxiedPort[ports.Count];
        for (var i = 0; i < kept.Length; i++)
            kept[i] = before is null ? ports[i] : Array.Find(before.Ports, ports[i].Equals) ?? ports[i];
        return kept;
    }
}

/// <summary>A port of a Service once its numbers and words were checked.</summary>
/// <param name="Name">Its name; empty for a nameless one.</param>
/// <param name="Protocol">Its protocol.</param>
/// <param name="Port">The port of its virtual addresses.</param>
/// <param name="NodePort">The port of nodes' addresses; 0 for none.</param>
internal readonly record struct NamedPort(string Name, L4Protocol Protocol, ushort Port, ushort NodePort);
