using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weft.Lab;

/// <summary>What a lab was asked to be: the options of <c>weft up</c>, kept in its directory as <c>lab.json</c>.</summary>
public sealed record LabSpec
{
    /// <summary>Name of the lab; default of the command line: <c>lab</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Number of nodes, named node1, node2, ….</summary>
    public int Nodes { get; init; } = 2;

    /// <summary>Shape of pod interfaces: <c>ptp</c> (routed) or <c>bridge</c>.</summary>
    public string Cni { get; init; } = "ptp";

    /// <summary>A whole CNI configuration (JSON) in place of the one that the agent writes, or null.</summary>
    public string? CniConf { get; init; }

    /// <summary>How packets travel between nodes: <c>auto</c>, <c>direct</c> or <c>vxlan</c>.</summary>
    public string Overlay { get; init; } = "auto";

    /// <summary>Families of addresses: <c>ipv4</c>, <c>ipv6</c> or <c>dual</c>.</summary>
    public string IpFamily { get; init; } = "ipv4";

    /// <summary>The ranges that node ranges are cut from, parted by commas, the main family's first.</summary>
    public string PodCidr { get; init; } = LabRanges.Pods("ipv4");

    /// <summary>The ranges of Service addresses, in the same order.</summary>
    public string ServiceCidr { get; init; } = LabRanges.Services("ipv4");

    /// <summary>The networks that join the nodes, in the same order. They exist only inside the lab.</summary>
    public string UnderlayCidr { get; init; } = LabRanges.Underlay("ipv4");

    /// <summary>Where LoadBalancer addresses come from: blocks and pairs parted by commas; empty for a part of the underlay.</summary>
    public string LbRange { get; init; } = "";

    /// <summary>Zones that the nodes are spread over, in turn; none leaves them without.</summary>
    public IReadOnlyList<string> Zones { get; init; } = [];

    /// <summary>How Services are programmed: <c>nftables</c>, <c>iptables</c>, <c>ipvs</c> or <c>none</c>.</summary>
    public string Proxy { get; init; } = "nftables";

    /// <summary>How long a node may be silent before it counts as lost: a lab is watched by people, so less than the usual 40 s.</summary>
    public TimeSpan NodeMonitorGracePeriod { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long pods stay on a node that is lost, unless they say otherwise; 300 s as in any cluster.</summary>
    public TimeSpan PodEvictionTimeout { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Port of the API server on the host's loopback.</summary>
    public int ApiPort { get; init; }

    /// <summary>Whether the store is a file that survives <c>down</c>.</summary>
    public bool Keep { get; init; }

    /// <summary>Whether the store is in memory only.</summary>
    public bool Ephemeral { get; init; }

    /// <summary>Whether the lab has a user namespace of its own; off only for what the kernel allows the host's root alone.</summary>
    public bool UserNamespace { get; init; } = true;

    /// <summary>Where LoadBalancer addresses come from.</summary>
    [JsonIgnore]
    public string LbRangeOrDefault => LbRange is { Length: > 0 } ? LbRange : LabRanges.LoadBalancers(UnderlayCidr);

    /// <summary>Names of the nodes.</summary>
    [JsonIgnore]
    public IEnumerable<string> NodeNames => Enumerable.Range(1, Nodes).Select(i => $"node{i}");

    /// <summary>Labels of the node number <paramref name="index"/>, counted from 0: its zone and region, as cloud providers set them.</summary>
    public IReadOnlyDictionary<string, string> LabelsOf(int index) => Zones.Count == 0
        ? new Dictionary<string, string>()
        : new Dictionary<string, string>
        {
            ["topology.kubernetes.io/region"] = "lab",
            ["topology.kubernetes.io/zone"] = Zones[index % Zones.Count],
        };

    /// <summary>What differs from <paramref name="other"/> and cannot change while a lab runs, as flags for people.</summary>
    public IEnumerable<string> DifferencesFrom(LabSpec other)
    {
        if (Nodes != other.Nodes)
            yield return $"--nodes {other.Nodes}";
        if (Cni != other.Cni)
            yield return $"--cni {other.Cni}";
        if (CniConf != other.CniConf)
            yield return "--cni-conf";
        if (Overlay != other.Overlay)
            yield return $"--overlay {other.Overlay}";
        if (IpFamily != other.IpFamily)
            yield return $"--ip-family {other.IpFamily}";
        if (!Zones.SequenceEqual(other.Zones))
            yield return $"--zones {string.Join(',', other.Zones)}";
        if (NodeMonitorGracePeriod != other.NodeMonitorGracePeriod)
            yield return $"--node-monitor-grace-period {other.NodeMonitorGracePeriod.TotalSeconds:0.###}s";
        if (PodEvictionTimeout != other.PodEvictionTimeout)
            yield return $"--pod-eviction-timeout {other.PodEvictionTimeout.TotalSeconds:0.###}s";
        if (PodCidr != other.PodCidr)
            yield return $"--pod-cidr {other.PodCidr}";
        if (ServiceCidr != other.ServiceCidr)
            yield return $"--service-cidr {other.ServiceCidr}";
        if (LbRangeOrDefault != other.LbRangeOrDefault)
            yield return $"--lb-range {other.LbRangeOrDefault}";
    }
}

/// <summary>The process that holds a running lab, as the host sees it.</summary>
/// <param name="Pid">Process id of the outermost process of the lab, in the host's pid namespace.</param>
/// <param name="StartTime">Its start in clock ticks since boot: tells it from a later process of the same id.</param>
/// <param name="StartedAt">When the lab was started.</param>
public sealed record LabProcessInfo(int Pid, ulong StartTime, DateTimeOffset StartedAt)
{
    /// <summary>
    /// Process 1 of the lab's pid namespace, or null before it was seen: when it is gone, so is everything in there (pid_namespaces(7)), which the
    /// outermost process says nothing of once somebody killed it.
    /// </summary>
    public LabProcessInfo? Init { get; init; }
}

/// <summary>Serializer of the lab's own files and of its control protocol.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.Never)]
[JsonSerializable(typeof(LabSpec))]
[JsonSerializable(typeof(LabProcessInfo))]
[JsonSerializable(typeof(Control.ControlRequest))]
[JsonSerializable(typeof(Control.ControlReply))]
[JsonSerializable(typeof(Control.LabStatus))]
[JsonSerializable(typeof(Control.EnterReply))]
[JsonSerializable(typeof(Probing.ProbeRequest))]
[JsonSerializable(typeof(Probing.ProbeReport))]
public sealed partial class LabJson : JsonSerializerContext
{
    /// <summary>For files that people read.</summary>
    public static LabJson Indented => field ??= new(new JsonSerializerOptions(Default.Options) { WriteIndented = true });
}
