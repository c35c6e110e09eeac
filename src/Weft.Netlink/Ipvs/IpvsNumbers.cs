namespace Weft.Netlink.Ipvs;

/// <summary>Numbers of linux/ip_vs.h and linux/genetlink.h.</summary>
internal static class IpvsNumbers
{
    // enum ipvs_cmd
    public const byte NewService = 1;
    public const byte SetService = 2;
    public const byte DeleteService = 3;
    public const byte GetService = 4;
    public const byte NewDestination = 5;
    public const byte SetDestination = 6;
    public const byte DeleteDestination = 7;
    public const byte GetDestination = 8;

    // IPVS_CMD_ATTR_
    public const ushort Service = 1;
    public const ushort Destination = 2;

    // IPVS_SVC_ATTR_
    public const ushort ServiceFamily = 1;
    public const ushort ServiceProtocol = 2;
    public const ushort ServiceAddress = 3;
    public const ushort ServicePort = 4;
    public const ushort ServiceMark = 5;
    public const ushort ServiceScheduler = 6;
    public const ushort ServiceFlags = 7;
    public const ushort ServiceTimeout = 8;
    public const ushort ServiceNetmask = 9;

    // IPVS_DEST_ATTR_
    public const ushort DestinationAddress = 1;
    public const ushort DestinationPort = 2;
    public const ushort DestinationMethod = 3;
    public const ushort DestinationWeight = 4;
    public const ushort DestinationUpper = 5;
    public const ushort DestinationLower = 6;
    public const ushort DestinationActive = 7;
    public const ushort DestinationFamily = 11;

    // IP_VS_SVC_F_PERSISTENT
    public const uint Persistent = 1;

    // IP_VS_CONN_F_MASQ: destination NAT.
    public const uint Masquerade = 0;

    public const ushort AfInet = 2;
    public const ushort AfInet6 = 10;
    public const byte Version = 1;
}
