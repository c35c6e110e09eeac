namespace Weft.Netlink.Rtnetlink;

/// <summary>RTM_* message types of linux/rtnetlink.h.</summary>
internal static class RtMsg
{
    public const ushort NewLink = 16;
    public const ushort DelLink = 17;
    public const ushort GetLink = 18;
    public const ushort NewAddr = 20;
    public const ushort DelAddr = 21;
    public const ushort GetAddr = 22;
    public const ushort NewRoute = 24;
    public const ushort DelRoute = 25;
    public const ushort GetRoute = 26;
    public const ushort NewNeigh = 28;
    public const ushort DelNeigh = 29;
    public const ushort GetNeigh = 30;
    public const ushort NewRule = 32;
    public const ushort DelRule = 33;
    public const ushort GetRule = 34;
}

/// <summary>RTNLGRP_* multicast groups of linux/rtnetlink.h.</summary>
internal static class RtGroup
{
    public const uint Link = 1;
    public const uint Neigh = 3;
    public const uint Ipv4Address = 5;
    public const uint Ipv4Route = 7;
    public const uint Ipv6Address = 9;
    public const uint Ipv6Route = 11;
}

/// <summary>AF_* that rtnetlink messages carry.</summary>
internal static class Family
{
    public const byte Unspecified = 0;
    public const byte V4 = 2;
    public const byte Bridge = 7;
    public const byte V6 = 10;

    public static byte Of(Weft.Model.IpAddress address) => address.IsV6 ? V6 : V4;
}

/// <summary>IFLA_* of linux/if_link.h.</summary>
internal static class Ifla
{
    public const ushort Address = 1;
    public const ushort Name = 3;
    public const ushort Mtu = 4;
    public const ushort Link = 5;
    public const ushort Master = 10;
    public const ushort OperState = 16;
    public const ushort LinkInfo = 18;
    public const ushort NetNsFd = 28;
    public const ushort ExtMask = 29;
    public const ushort Promiscuity = 30;
    public const ushort LinkNetNsId = 37;

    public const ushort InfoKind = 1;
    public const ushort InfoData = 2;
    public const ushort InfoSlaveKind = 4;
    public const ushort InfoSlaveData = 5;
    public const ushort VethPeer = 1;
}

/// <summary>IFLA_BR_* of linux/if_link.h.</summary>
internal static class IflaBridge
{
    public const ushort ForwardDelay = 1;
    public const ushort AgeingTime = 4;
    public const ushort StpState = 5;
    public const ushort VlanFiltering = 7;
    public const ushort MulticastSnooping = 23;
    public const ushort DefaultPvid = 39;
}

/// <summary>IFLA_BRPORT_* of linux/if_link.h.</summary>
internal static class IflaPort
{
    public const ushort Mode = 4;
    public const ushort Learning = 8;
    public const ushort UnicastFlood = 9;
    public const ushort ProxyArp = 10;
    public const ushort ProxyArpWifi = 12;
    public const ushort MulticastFlood = 27;
    public const ushort BroadcastFlood = 30;
    public const ushort NeighbourSuppression = 32;
    public const ushort Isolated = 33;
    public const ushort Locked = 39;
}

/// <summary>IFLA_VXLAN_* of linux/if_link.h.</summary>
internal static class IflaVxlan
{
    public const ushort Id = 1;
    public const ushort Group = 2;
    public const ushort Link = 3;
    public const ushort Local = 4;
    public const ushort Ttl = 5;
    public const ushort Learning = 7;
    public const ushort Port = 15;
    public const ushort Group6 = 16;
    public const ushort Local6 = 17;
    public const ushort UdpChecksum = 18;
}

/// <summary>IFA_* of linux/if_addr.h.</summary>
internal static class Ifa
{
    public const ushort Address = 1;
    public const ushort Local = 2;
    public const ushort Broadcast = 4;
    public const ushort CacheInfo = 6;
    public const ushort Flags = 8;

    public const uint FlagNoDad = 0x02;
    public const uint FlagNoPrefixRoute = 0x200;
}

/// <summary>RTA_* of linux/rtnetlink.h.</summary>
internal static class Rta
{
    public const ushort Destination = 1;
    public const ushort OutputLink = 4;
    public const ushort Gateway = 5;
    public const ushort Priority = 6;
    public const ushort PreferredSource = 7;
    public const ushort Metrics = 8;
    public const ushort Multipath = 9;
    public const ushort Table = 15;
    public const ushort Via = 18;
    public const ushort NextHopId = 30;

    public const ushort MetricMtu = 2;
    public const uint FlagOnLink = 4;
    public const uint FlagCloned = 0x200;
    public const uint FlagLookupTable = 0x1000;
}

/// <summary>NDA_* and NTF_* of linux/neighbour.h.</summary>
internal static class Nda
{
    public const ushort Destination = 1;
    public const ushort LinkAddress = 2;
    public const ushort Vlan = 5;
    public const ushort InterfaceIndex = 8;
    public const ushort Master = 9;

    public const byte FlagSelf = 0x02;
    public const byte FlagMaster = 0x04;
    public const byte FlagProxy = 0x08;
    public const byte FlagExternallyLearned = 0x10;
    public const byte FlagRouter = 0x80;
}

/// <summary>FRA_* of linux/fib_rules.h.</summary>
internal static class Fra
{
    public const ushort Destination = 1;
    public const ushort Source = 2;
    public const ushort InputName = 3;
    public const ushort Priority = 6;
    public const ushort Mark = 10;
    public const ushort SuppressPrefixLength = 14;
    public const ushort Table = 15;
    public const ushort Mask = 16;
    public const ushort OutputName = 17;
    public const ushort Protocol = 21;

    public const uint FlagInvert = 2;
}
