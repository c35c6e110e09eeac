namespace Weft.Netlink.Protocol;

/// <summary>The kernel subsystem that a netlink socket speaks with (linux/netlink.h).</summary>
public enum NetlinkProtocol
{
    /// <summary>NETLINK_ROUTE: links, addresses, routes, rules, neighbours.</summary>
    Route = 0,

    /// <summary>NETLINK_NETFILTER: nf_tables, conntrack.</summary>
    Netfilter = 12,

    /// <summary>NETLINK_GENERIC: families with names, such as IPVS.</summary>
    Generic = 16,
}
