using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Compilers.Clusters;

/// <summary>How pods of different nodes reach each other.</summary>
public enum OverlayMode
{
    /// <summary>Directly where the nodes share a subnet, by VXLAN where they do not.</summary>
    Auto,

    /// <summary>Never encapsulate: what is not in a subnet of the node is left to the network between the nodes.</summary>
    Direct,

    /// <summary>Encapsulate everything.</summary>
    Vxlan,
}

/// <summary>The shape of a pod's attachment to its node.</summary>
public enum PodAttachment
{
    /// <summary>Routed: a veth and a host route per pod.</summary>
    Ptp,

    /// <summary>Switched: a veth per pod, all of them ports of one bridge.</summary>
    Bridge,
}

/// <summary>How the kernel is told of Services.</summary>
public enum ProxyMode
{
    /// <summary>Flat maps of nf_tables.</summary>
    Nftables,

    /// <summary>A chain per Service and endpoint.</summary>
    Iptables,

    /// <summary>The kernel's load balancer, for Linux that has it.</summary>
    Ipvs,

    /// <summary>Somebody else proxies Services.</summary>
    None,
}

/// <summary>Whether pods wait for their policies.</summary>
public enum PodStart
{
    /// <summary>A pod's first process starts when the kernel has the pod's policies.</summary>
    Protected,

    /// <summary>Pods start at once, for a moment without their policies.</summary>
    Open,
}

/// <summary>What becomes of connections that stand when a change of policies denies them.</summary>
public enum DeniedConnections
{
    /// <summary>They are cut.</summary>
    Cut,

    /// <summary>They go on until they end by themselves.</summary>
    Keep,
}

/// <summary>Who answers at the addresses of cluster DNS.</summary>
public enum ClusterDnsMode
{
    /// <summary>Every node itself.</summary>
    Node,

    /// <summary>Somebody else: pods behind Service <c>kube-system/kube-dns</c>, as a rule.</summary>
    Off,
}

/// <summary>Settings that hold for the whole cluster: ConfigMap <c>kube-system/weft-config</c>, every key of it optional.</summary>
public sealed record ClusterSettings
{
    /// <summary>Key <c>pod-cidrs</c>: where pods live. Empty: the union of the nodes' podCIDRs.</summary>
    public EquatableArray<IpPrefix> PodRanges { get; init; }

    /// <summary>Key <c>service-cidrs</c>: where virtual addresses of Services live. Empty: what the cluster's ServiceCIDR objects say.</summary>
    public EquatableArray<IpPrefix> ServiceRanges { get; init; }

    /// <summary>Key <c>cni</c>: <c>ptp</c> (default) or <c>bridge</c>.</summary>
    public PodAttachment Attachment { get; init; } = PodAttachment.Ptp;

    /// <summary>Key <c>cni-conf</c>: a CNI configuration (list) that replaces the generated one.</summary>
    public string? CniConfiguration { get; init; }

    /// <summary>Key <c>overlay</c>: <c>auto</c> (default), <c>direct</c> or <c>vxlan</c>.</summary>
    public OverlayMode Overlay { get; init; } = OverlayMode.Auto;

    /// <summary>Key <c>proxy</c>: <c>nftables</c> (default), <c>iptables</c>, <c>ipvs</c> or <c>none</c>.</summary>
    public ProxyMode Proxy { get; init; } = ProxyMode.Nftables;

    /// <summary>Key <c>node-port-addresses</c>: blocks of the node's own addresses that take node ports. Empty: all but loopback.</summary>
    public EquatableArray<IpPrefix> NodePortAddresses { get; init; }

    /// <summary>Key <c>masquerade-all</c>: <c>true</c> hides the client of every connection to a cluster IP; <c>false</c> (default) only where the answer would not come back.</summary>
    public bool MasqueradeAll { get; init; }

    /// <summary>Key <c>load-balancer-ranges</c>: addresses of Services that nodes announce by ARP and neighbour discovery. Empty: none are.</summary>
    public EquatableArray<IpRange> LoadBalancerRanges { get; init; }

    /// <summary>Key <c>load-balancer-nodes</c>: labels of the nodes that may announce them. Default: all but those that are excluded from load balancers.</summary>
    public LabelSelector LoadBalancerNodes { get; init; } = LabelSelector.Everything;

    /// <summary>Key <c>pod-start</c>: <c>protected</c> (default) or <c>open</c>, which leaves the CNI plugin weft-policy out.</summary>
    public PodStart PodStart { get; init; } = PodStart.Protected;

    /// <summary>Key <c>policy-connections</c>: <c>cut</c> (default) or <c>keep</c>.</summary>
    public DeniedConnections PolicyConnections { get; init; } = DeniedConnections.Cut;

    /// <summary>Key <c>dns</c>: <c>node</c> (default) or <c>off</c>.</summary>
    public ClusterDnsMode Dns { get; init; } = ClusterDnsMode.Node;

    /// <summary>Key <c>dns-address</c>: where pods ask, the same on every node. Default: 169.254.20.10, as node-local caches have it, and fd00:169:254:20::10.</summary>
    public EquatableArray<IpAddress> DnsAddresses { get; init; } = NodeLocalDns.Addresses;
}
