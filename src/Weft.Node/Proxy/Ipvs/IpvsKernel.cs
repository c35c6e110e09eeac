using Weft.Model.Nodes;
using Weft.Netlink;
using Weft.Netlink.Ipvs;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;

namespace Weft.Node.Proxy.Ipvs;

/// <summary>What <see cref="IpvsProxy"/> uses of the kernel. It belongs to the proxy, which closes it.</summary>
/// <param name="Network">Routes and the node's addresses.</param>
/// <param name="Filter">The packet filter.</param>
/// <param name="Sysctls">Settings.</param>
/// <param name="OpenServers">Opens IPVS; asks for its module, so it is called when there is something to do only.</param>
public sealed record IpvsKernel(INetworkStack Network, INftablesDriver Filter, ISysctls Sysctls, Func<IIpvs> OpenServers) : IDisposable
{
    /// <summary>
    /// Replies are tracked, or nobody would masquerade them; connections to a real server that is gone end at once, instead of waiting in silence; and
    /// only the interface that has an address answers for it, as every node has all virtual ones.
    /// </summary>
    internal static IReadOnlyList<Sysctl> Settings { get; } =
    [
        new("net/ipv4/vs/conntrack", "1"),
        new("net/ipv4/vs/expire_nodest_conn", "1"),
        new("net/ipv4/vs/expire_quiescent_template", "1"),
        new("net/ipv4/conf/all/arp_ignore", "1"),
        new("net/ipv4/conf/all/arp_announce", "2"),
    ];

    /// <summary>Whether <see cref="Filter"/> is somebody else's, who closes it.</summary>
    public bool SharesFilter { get; init; }

    /// <summary>That of the calling thread's network namespace.</summary>
    /// <param name="filter">A packet filter to share, so that who listens to changes by others does not hear of ours; null for one of its own.</param>
    /// <exception cref="NetlinkException">The kernel has no netlink sockets for us.</exception>
    public static IpvsKernel Open(INftablesDriver? filter = null) =>
        new(KernelNetworkStack.Open(), filter ?? new KernelNftables(), new KernelSysctls(), static () => new KernelIpvs()) { SharesFilter = filter is not null };

    /// <inheritdoc/>
    public void Dispose()
    {
        Network.Dispose();
        if (!SharesFilter)
            (Filter as IDisposable)?.Dispose();
    }
}
