using Weft.Model;
using Weft.Model.Nodes;
using Weft.Netlink;
using Weft.Netlink.Libc;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;

namespace Weft.Node.Drivers;

/// <summary>Says what a failed step means and what to do: the kernel's words alone rarely tell.</summary>
internal static class StepProblems
{
    /// <summary>The problem of a step that failed.</summary>
    public static Problem Explain(string nodeName, NodeChange change, Exception error)
    {
        var node = $"Node {nodeName}";
        return error switch
        {
            NetlinkException { NotPermitted: true } or UnauthorizedAccessException =>
                new Problem(node, "NotPermitted", $"{error.Message}: run the agent as root, or give it CAP_NET_ADMIN in the node's network namespace"),
            _ when MissingFeature(change, error) is { } way => new Problem(node, "KernelFeatureMissing", $"{way} ({error.Message})"),
            _ => new Problem(node, ReasonOf(change), error.Message),
        };
    }

    /// <summary>Whether what stands in the way of this step keeps every pod from being served: without forwarding, nothing passes.</summary>
    public static bool Withholds(NodeChange change) =>
        change is NodeChange.SetSysctl { Sysctl.Path: "net/ipv4/ip_forward" or "net/ipv6/conf/all/forwarding" };

    /// <summary>A setting that we may not write.</summary>
    public static Problem NotSet(string nodeName, SysctlReport report) => new(
        $"Node {nodeName}", "SysctlNotSet", $"{report.Message}; set it on the host: sysctl -w {report.Wanted.Path}={report.Wanted.Value}");

    /// <summary>A route of somebody else in the place of ours.</summary>
    public static Problem Taken(string nodeName, Model.Routes.Route wanted, Model.Routes.Route present) => new(
        $"Node {nodeName}", "RouteTaken", $"a route of somebody else (protocol {present.Protocol}: {present}) stands where {wanted} must go: remove it, or stop the program that makes it");

    private static string? MissingFeature(NodeChange change, Exception error)
    {
        var errno = error switch
        {
            NetlinkException netlink => netlink.Errno,
            NftException nft => nft.Errno,
            _ => 0,
        };
        if (errno is not (Errno.EOPNOTSUPP or Errno.EAFNOSUPPORT or Errno.EPROTONOSUPPORT or Errno.ENOENT or Errno.EINVAL))
            return null;
        return change switch
        {
            NodeChange.BuildOverlay when errno != Errno.EINVAL =>
                "the kernel has no VXLAN: load the module vxlan (CONFIG_VXLAN), or set overlay to direct where nodes share a subnet",
            NodeChange.ProgramNftables when errno != Errno.EINVAL =>
                "the kernel cannot masquerade with nftables: load the modules nf_tables, nft_masq and nft_chain_nat (CONFIG_NF_TABLES, CONFIG_NF_TABLES_INET, CONFIG_NFT_MASQ, CONFIG_NFT_NAT; Linux 5.2 or later)",
            NodeChange.AddRule when errno != Errno.ENOENT =>
                "the kernel has no policy routing: it needs CONFIG_IP_MULTIPLE_TABLES (CONFIG_IPV6_MULTIPLE_TABLES), or overlay set to direct",
            _ => null,
        };
    }

    private static string ReasonOf(NodeChange change) => change switch
    {
        NodeChange.WriteCni => "CniConfNotWritten",
        NodeChange.ProgramNftables => "MasqueradeNotProgrammed",
        NodeChange.BuildOverlay or NodeChange.AdjustOverlay or NodeChange.RemoveOverlay => "OverlayNotProgrammed",
        _ => "RouteNotProgrammed",
    };
}
