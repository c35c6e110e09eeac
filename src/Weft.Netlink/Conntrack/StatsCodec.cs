using Weft.Netlink.Protocol;

namespace Weft.Netlink.Conntrack;

/// <summary>Counters of connection tracking on the wire; all are 32 bits in network order.</summary>
internal static class StatsCodec
{
    /// <summary>Entries, and how many there may be (0 where the kernel is older than 4.18).</summary>
    internal static TableSize ReadTable(NetlinkMessage message, ref DecodeError error)
    {
        var (entries, maximum) = (0u, 0u);
        var attributes = message.Attributes(Cta.HeaderLength, ref error);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case Cta.StatsEntries: entries = attributes.U32BigEndian(); break;
                case Cta.StatsMaximum: maximum = attributes.U32BigEndian(); break;
            }
        }

        return new TableSize(entries, maximum);
    }

    /// <summary>What one processor lost.</summary>
    internal static CpuDrops ReadDrops(NetlinkMessage message, ref DecodeError error)
    {
        var (drops, early, failures) = (0u, 0u, 0u);
        var attributes = message.Attributes(Cta.HeaderLength, ref error);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case Cta.StatsDrop: drops = attributes.U32BigEndian(); break;
                case Cta.StatsEarlyDrop: early = attributes.U32BigEndian(); break;
                case Cta.StatsInsertFailed: failures = attributes.U32BigEndian(); break;
            }
        }

        return new CpuDrops(drops, early, failures);
    }

    internal sealed record TableSize(long Entries, long Maximum);

    internal sealed record CpuDrops(long Drops, long EarlyDrops, long InsertFailures);
}
