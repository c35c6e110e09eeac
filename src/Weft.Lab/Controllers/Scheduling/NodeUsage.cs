using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>What the pods of a node already take: resources, host ports, places.</summary>
internal sealed class NodeUsage(Node node)
{
    private readonly Dictionary<string, Quantity> _requests = new(StringComparer.Ordinal);
    private readonly List<ContainerPort> _ports = [];
    private readonly Dictionary<string, int> _owners = new(StringComparer.Ordinal);

    public Node Node { get; } = node;

    public int Pods { get; private set; }

    /// <summary>Counts a pod as being here.</summary>
    public void Add(Pod pod)
    {
        Pods++;
        PodRequests.Add(_requests, PodRequests.Of(pod));
        _ports.AddRange(HostPorts(pod));
        if (pod.Controller() is { } owner)
            _owners[owner.Uid] = _owners.GetValueOrDefault(owner.Uid) + 1;
    }

    /// <summary>How many pods of the same owner are here.</summary>
    public int Siblings(Pod pod) => pod.Controller() is { } owner ? _owners.GetValueOrDefault(owner.Uid) : 0;

    /// <summary>Whether a host port that the pod wants is taken.</summary>
    public bool PortsConflict(Pod pod) => HostPorts(pod).Any(wanted => _ports.Any(taken => Conflict(wanted, taken)));

    /// <summary>The resources that do not suffice; only those that the node declares count, but a pod cannot have what no node declares.</summary>
    public IEnumerable<string> Lacking(Pod pod)
    {
        var allocatable = Node.Status.Allocatable.Count > 0 ? Node.Status.Allocatable : Node.Status.Capacity;
        if (allocatable.Find("pods") is { } places && Quantity.ParseOrZero(places).Value < Pods + 1)
            yield return "Too many pods";
        foreach (var (name, amount) in PodRequests.Of(pod))
        {
            if (amount.Value == 0 || (allocatable.Find(name) is null && IsCommon(name)))
                continue;
            if (_requests.GetValueOrDefault(name) + amount > Quantity.ParseOrZero(allocatable.Find(name)))
                yield return $"Insufficient {name}";
        }
    }

    private static bool IsCommon(string resource) => resource is "cpu" or "memory" or "ephemeral-storage";

    private static IEnumerable<ContainerPort> HostPorts(Pod pod)
    {
        foreach (var container in (IEnumerable<Container>)[.. pod.Spec.Containers, .. pod.Spec.InitContainers.Where(container => container.RestartPolicy == "Always")])
        {
            foreach (var port in (IEnumerable<ContainerPort>)container.Ports)
            {
                if (port.HostPort is > 0)
                    yield return port;
                else if (pod.Spec.HostNetwork)
                    yield return port with { HostPort = port.Port };
            }
        }
    }

    private static bool Conflict(ContainerPort left, ContainerPort right) =>
        left.HostPort == right.HostPort
        && (left.Protocol ?? "TCP") == (right.Protocol ?? "TCP")
        && (IsAny(left.HostIP) || IsAny(right.HostIP) || left.HostIP == right.HostIP);

    private static bool IsAny(string? address) => address is null or "" or "0.0.0.0" or "::";
}
