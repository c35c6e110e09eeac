using Weft.KernelTests.Node;
using Weft.Netlink;
using Weft.Netlink.Ipvs;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;
using Weft.Node.Proxy;
using Weft.Node.Proxy.Iptables;
using Weft.Node.Proxy.Ipvs;
using Weft.Node.Proxy.Nftables;

namespace Weft.KernelTests.Services.Matrix;

/// <summary>Makes the targets that the matrix names.</summary>
internal static class ProxyTargets
{
    public const string Nftables = "nftables", IptablesNft = "iptables-nft", IptablesLegacy = "iptables-legacy", Ipvs = "ipvs";

    /// <summary>The proxy of one node.</summary>
    public static IProxyTarget Create(string target, TestNode node) => target switch
    {
        Nftables => new NftablesProxy(node.Filter),
        IptablesNft => Iptables("nft", node),
        IptablesLegacy => Iptables("legacy", node),
        Ipvs => new IpvsProxy(new IpvsKernel(
            KernelNetworkStack.Open(node.Namespace),
            node.Namespace.Run(() => new KernelNftables()),
            new KernelSysctls(node.Namespace),
            () => KernelIpvs.Open(node.Namespace))),
        _ => throw new ArgumentOutOfRangeException(nameof(target), target, "unknown target"),
    };

    private static IptablesProxy Iptables(string variant, TestNode node) =>
        new(new NamespacedIptables(new IptablesCommands(variant), node.Namespace));
}
