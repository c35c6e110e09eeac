using System.Globalization;
using System.Text.Json.Serialization;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Kubernetes;

/// <summary>What network policies and cluster DNS need to know of a pod, and no more: ten thousand of them stay small.</summary>
/// <remarks>Equal when all that they look at is; the resource version is not. Read from JSON it takes a Pod; it cannot be written.</remarks>
[JsonConverter(typeof(PolicyPodConverter))]
public sealed record PolicyPod : IKubeObject<PolicyPod>
{
    /// <summary>That of pods.</summary>
    public static ResourceType Resource => Pod.Resource;

    /// <summary>Name, namespace, labels, times and versions; the rest is dropped.</summary>
    public ObjectMeta Metadata { get; init => field = Slim(value); } = new();

    /// <summary>The node on which it runs; empty for none yet.</summary>
    public string Node { get; init; } = "";

    /// <summary>Whether it shares the network of its node; policies neither select it nor know it as a pod.</summary>
    public bool HostNetwork { get; init; }

    /// <summary>Whether its containers have ended for good; its addresses may be another pod's by now.</summary>
    public bool IsFinished { get; init; }

    /// <summary>The uid by which the container runtime knows it: its own, or of a static pod that of its manifest (<c>kubernetes.io/config.mirror</c>).</summary>
    public string? RuntimeUid { get; init; }

    public EquatableArray<IpAddress> Addresses { get; init; }

    /// <summary>Ports with names, of containers and sidecars; sorted, each once.</summary>
    public EquatableArray<PodPort> Ports { get; init; }

    /// <summary>How it resolves names; null for the usual way.</summary>
    public PodResolver? Resolver { get; init; }

    /// <summary>Its namespace.</summary>
    public string Namespace => Metadata.Namespace ?? "";

    /// <summary>Its name.</summary>
    public string Name => Metadata.Name;

    /// <summary>Its labels.</summary>
    public StringMap Labels => Metadata.Labels;

    /// <summary>Whether policies have a say: it has addresses of its own and runs, or is about to.</summary>
    public bool IsPoliced => !HostNetwork && !IsFinished && Addresses.Count > 0;

    /// <summary>What policies need of a pod.</summary>
    public static PolicyPod Of(Pod pod) => new()
    {
        Metadata = pod.Metadata,
        RuntimeUid = pod.Metadata.Annotations.Find("kubernetes.io/config.mirror") ?? pod.Metadata.Uid,
        Node = pod.Spec.NodeName ?? "",
        HostNetwork = pod.Spec.HostNetwork,
        IsFinished = pod.IsFinished(),
        Addresses = AddressesOf(pod.Status),
        Ports = PortsOf(pod.Spec),
        Resolver = PodResolver.Of(pod),
    };

    /// <inheritdoc/>
    public bool Equals(PolicyPod? other) =>
        other is not null && Name == other.Name && Namespace == other.Namespace && Labels == other.Labels && Metadata.Uid == other.Metadata.Uid
        && Metadata.CreationTimestamp == other.Metadata.CreationTimestamp && Metadata.DeletionTimestamp == other.Metadata.DeletionTimestamp
        && Node == other.Node && HostNetwork == other.HostNetwork && IsFinished == other.IsFinished && Addresses == other.Addresses && Ports == other.Ports && Resolver == other.Resolver;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Namespace, Name);

    private static ObjectMeta Slim(ObjectMeta? full) => new()
    {
        Name = full?.Name ?? "",
        Namespace = full?.Namespace,
        Labels = full?.Labels ?? default,
        Uid = full?.Uid,
        ResourceVersion = full?.ResourceVersion,
        CreationTimestamp = full?.CreationTimestamp,
        DeletionTimestamp = full?.DeletionTimestamp,
    };

    private static EquatableArray<IpAddress> AddressesOf(PodStatus status)
    {
        var texts = status.PodIPs.Count > 0 ? status.PodIPs.Select(ip => ip.Ip) : [status.PodIP ?? ""];
        return texts.Where(text => IpAddress.TryParse(text, out _)).Select(text => IpAddress.Parse(text)).Distinct().ToEquatableArray();
    }

    /// <summary>Sidecars count as containers do; init containers that end before the others start have nobody to serve.</summary>
    private static EquatableArray<PodPort> PortsOf(PodSpec spec) => spec.Containers
        .Concat(spec.InitContainers.Where(container => container.RestartPolicy == "Always"))
        .SelectMany(container => container.Ports)
        .Select(PodPort.Of).OfType<PodPort>().Distinct().Order().ToEquatableArray();
}

/// <summary>A port that a pod gives a name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Protocol">Its protocol.</param>
/// <param name="Number">Its number.</param>
public readonly record struct PodPort(string Name, L4Protocol Protocol, ushort Number) : IComparable<PodPort>
{
    /// <summary>The named port of a container; null when it has no name, or its protocol or number is none.</summary>
    public static PodPort? Of(ContainerPort port)
    {
        if (string.IsNullOrEmpty(port.Name) || port.Port is < 1 or > ushort.MaxValue)
            return null;
        return port.Protocol switch
        {
            null or "" or "TCP" => new(port.Name, L4Protocol.Tcp, (ushort)port.Port),
            "UDP" => new(port.Name, L4Protocol.Udp, (ushort)port.Port),
            "SCTP" => new(port.Name, L4Protocol.Sctp, (ushort)port.Port),
            _ => null,
        };
    }

    /// <inheritdoc/>
    public int CompareTo(PodPort other)
    {
        var order = string.CompareOrdinal(Name, other.Name);
        return order != 0 ? order : (Protocol, Number).CompareTo((other.Protocol, other.Number));
    }

    /// <summary><c>http is TCP 8080</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} is {Protocol.ToString().ToUpperInvariant()} {Number}");
}
