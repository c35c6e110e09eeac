namespace Weft.Model.Nftables;

/// <summary>The address family a table belongs to; values are the kernel's NFPROTO_* numbers (linux/netfilter.h).</summary>
public enum NftFamily : byte
{
    /// <summary>IPv4 and IPv6 together.</summary>
    Inet = 1,

    /// <summary>IPv4.</summary>
    Ip = 2,

    /// <summary>ARP.</summary>
    Arp = 3,

    /// <summary>A device's ingress or egress, before any protocol.</summary>
    Netdev = 5,

    /// <summary>Frames that pass a bridge.</summary>
    Bridge = 7,

    /// <summary>IPv6.</summary>
    Ip6 = 10,
}
