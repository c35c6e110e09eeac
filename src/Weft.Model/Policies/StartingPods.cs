using Weft.Model.Nftables;

namespace Weft.Model.Policies;

/// <summary>
/// Pods that have their network but whose policies the kernel does not know yet: they reach nobody and nobody reaches them but their own node. The CNI plugin
/// puts their addresses into these sets before a pod's first process starts; the agent takes them out once the kernel has the pod's policies.
/// </summary>
public static class StartingPods
{
    /// <summary>Where routed packets of starting pods are dropped.</summary>
    public static NftTableId Table { get; } = new(NftFamily.Inet, "weft-cni-starting");

    /// <summary>Where those are that pass between two ports of a bridge.</summary>
    public static NftTableId BridgeTable { get; } = new(NftFamily.Bridge, "weft-cni-starting");

    /// <summary>Both tables; either may be missing.</summary>
    public static EquatableArray<NftTableId> Tables { get; } = [Table, BridgeTable];

    /// <summary>IPv4 addresses, in either table.</summary>
    public static NftSet V4 { get; } = new("pods4", NftType.Ipv4Address);

    /// <summary>IPv6 addresses, in either table.</summary>
    public static NftSet V6 { get; } = new("pods6", NftType.Ipv6Address);

    /// <summary>Where the agent of a node answers the plugin.</summary>
    public const string Socket = "/run/weft/policy.sock";
}
