using Weft.Model;

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

/// <summary>Settings that hold for the whole cluster: ConfigMap <c>kube-system/weft-config</c>, every key of it optional.</summary>
public sealed record ClusterSettings
{
    /// <summary>Key <c>pod-cidrs</c>: where pods live. Empty: the union of the nodes' podCIDRs.</summary>
    public EquatableArray<IpPrefix> PodRanges { get; init; }

    /// <summary>Key <c>service-cidrs</c>: where virtual addresses of Services live. Empty: none are known.</summary>
    public EquatableArray<IpPrefix> ServiceRanges { get; init; }

    /// <summary>Key <c>cni</c>: <c>ptp</c> (default) or <c>bridge</c>.</summary>
    public PodAttachment Attachment { get; init; } = PodAttachment.Ptp;

    /// <summary>Key <c>cni-conf</c>: a CNI configuration (list) that replaces the generated one.</summary>
    public string? CniConfiguration { get; init; }

    /// <summary>Key <c>overlay</c>: <c>auto</c> (default), <c>direct</c> or <c>vxlan</c>.</summary>
    public OverlayMode Overlay { get; init; } = OverlayMode.Auto;
}
