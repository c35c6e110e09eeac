using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Lab.Controllers;

/// <summary>The pods behind a Service, port by port: pure.</summary>
internal static class ServiceBackends
{
    /// <summary>Marks the endpoints of headless Services.</summary>
    public const string HeadlessLabel = "service.kubernetes.io/headless";

    /// <summary>When the pods or the Service changed in a way that led to the present endpoints; measures how long programming takes.</summary>
    public const string TriggerTimeAnnotation = "endpoints.kubernetes.io/last-change-trigger-time";

    /// <summary>Those of the selected pods that can have endpoints, in the order of their names.</summary>
    public static List<Pod> Pods(IEnumerable<Pod> selected) =>
        [.. selected.Where(pod => !pod.IsFinished() && Addresses(pod).Any()).OrderBy(pod => pod.Metadata.Name, StringComparer.Ordinal)];

    /// <summary>Whether the controllers look after the endpoints of this Service.</summary>
    public static bool IsManaged(Service service) => service.Spec.Selector.Count > 0 && service.Spec.Type != "ExternalName" && !service.IsTerminating();

    /// <summary>Whether two states of a pod give the same endpoints.</summary>
    public static bool IsSameBackend(Pod left, Pod right) =>
        left.Metadata.Uid == right.Metadata.Uid && left.Metadata.Labels == right.Metadata.Labels && left.IsTerminating() == right.IsTerminating()
        && left.IsFinished() == right.IsFinished() && left.Status.PodIP == right.Status.PodIP && left.Status.PodIPs == right.Status.PodIPs
        && left.Status.Conditions.Find("Ready") == right.Status.Conditions.Find("Ready") && left.Spec == right.Spec;

    /// <summary>The addresses of a pod.</summary>
    public static IEnumerable<IpAddress> Addresses(Pod pod)
    {
        var texts = pod.Status.PodIPs.Count > 0 ? pod.Status.PodIPs.Select(ip => ip.Ip) : [pod.Status.PodIP ?? ""];
        foreach (var text in texts)
        {
            if (IpAddress.TryParse(text, out var address))
                yield return address;
        }
    }

    /// <summary>The ports as this pod has them; a named port that it lacks is left out.</summary>
    public static EquatableArray<EndpointPort> Ports(Service service, Pod pod)
    {
        var ports = new List<EndpointPort>();
        foreach (var port in (IEnumerable<ServicePort>)service.Spec.Ports)
        {
            if (Resolve(port, pod) is { } number)
                ports.Add(new EndpointPort { Name = port.Name ?? "", Port = number, Protocol = port.Protocol ?? "TCP", AppProtocol = port.AppProtocol });
        }

        return ports.ToEquatableArray();
    }

    /// <summary>The families of a Service's endpoints, as its addresses or its families say.</summary>
    public static IEnumerable<bool> Families(Service service)
    {
        if (service.Spec.IpFamilies.Count > 0)
            return service.Spec.IpFamilies.Select(family => family == "IPv6").Distinct();
        return [service.Spec.ClusterIP?.Contains(':') ?? false];
    }

    /// <summary>The name that a pod has under a headless Service, if any.</summary>
    public static string? Hostname(Service service, Pod pod) =>
        pod.Spec.Subdomain == service.Metadata.Name && !string.IsNullOrEmpty(pod.Spec.Hostname) ? pod.Spec.Hostname : null;

    /// <summary>The pod as an endpoint refers to it.</summary>
    public static ObjectReference Reference(Pod pod) =>
        new() { Kind = "Pod", Namespace = pod.Metadata.Namespace, Name = pod.Metadata.Name, Uid = pod.Metadata.Uid };

    private static int? Resolve(ServicePort port, Pod pod)
    {
        var target = port.TargetPort ?? port.Port;
        if (target.Number is { } number)
            return number == 0 ? port.Port : number;
        foreach (var container in (IEnumerable<Container>)[.. (IEnumerable<Container>)pod.Spec.Containers, .. pod.Spec.InitContainers.Where(container => container.RestartPolicy == "Always")])
        {
            foreach (var candidate in (IEnumerable<ContainerPort>)container.Ports)
            {
                if (candidate.Name == target.Text && (candidate.Protocol ?? "TCP") == (port.Protocol ?? "TCP"))
                    return candidate.Port;
            }
        }

        return null;
    }
}
