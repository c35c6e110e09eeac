namespace Weft.Netlink.Conntrack;

/// <summary>Message types and attributes of ctnetlink (linux/netfilter/nfnetlink_conntrack.h).</summary>
internal static class Cta
{
    internal const ushort Subsystem = 1;
    internal const ushort New = Subsystem << 8;
    internal const ushort Get = (Subsystem << 8) | 1;
    internal const ushort Delete = (Subsystem << 8) | 2;
    internal const ushort GetStatsCpu = (Subsystem << 8) | 4;
    internal const ushort GetStats = (Subsystem << 8) | 5;

    /// <summary>struct nfgenmsg.</summary>
    internal const int HeaderLength = 4;

    internal const ushort Original = 1;
    internal const ushort Reply = 2;
    internal const ushort Timeout = 7;
    internal const ushort Id = 12;
    internal const ushort Zone = 18;
    internal const ushort Filter = 25;

    internal const ushort TupleIp = 1;
    internal const ushort TupleProtocol = 2;

    internal const ushort SourceV4 = 1;
    internal const ushort DestinationV4 = 2;
    internal const ushort SourceV6 = 3;
    internal const ushort DestinationV6 = 4;

    internal const ushort ProtocolNumber = 1;
    internal const ushort SourcePort = 2;
    internal const ushort DestinationPort = 3;

    internal const ushort FilterOriginal = 1;
    internal const ushort FilterReply = 2;

    /// <summary>Which fields of a tuple count (enum in net/netfilter/nf_conntrack_netlink.c: CTA_FILTER_FLAG).</summary>
    internal const uint BySource = 1;
    internal const uint ByDestination = 2;
    internal const uint ByProtocol = 8;
    internal const uint ByDestinationPort = 32;

    internal const ushort StatsInsertFailed = 9;
    internal const ushort StatsDrop = 10;
    internal const ushort StatsEarlyDrop = 11;
    internal const ushort StatsEntries = 1;
    internal const ushort StatsMaximum = 2;
}
