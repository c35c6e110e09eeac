using System.Buffers.Binary;
using Weft.Model.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>The frame of every nf_tables message and batch.</summary>
/// <remarks>
/// <code>
/// struct nfgenmsg { __u8 nfgen_family; __u8 version; __be16 res_id; }        // linux/netfilter/nfnetlink.h
/// batch: NFNL_MSG_BATCH_BEGIN (res_id = subsystem, NFNL_BATCH_GENID), messages, NFNL_MSG_BATCH_END
/// </code>
/// </remarks>
internal static class NftMessages
{
    internal static void Begin(ref NetlinkWriter writer, ushort type, ushort flags, NftFamily family)
    {
        writer.Begin(type, (ushort)(flags | NetlinkFlags.Request));
        writer.Reserve(NftWire.HeaderLength)[0] = (byte)family;
    }

    internal static void BeginBatch(ref NetlinkWriter writer, uint? generation)
    {
        Mark(ref writer, NftWire.BatchBegin);
        if (generation is { } number)
            writer.PutU32BigEndian(NftWire.BatchGeneration, number);
    }

    internal static void EndBatch(ref NetlinkWriter writer) => Mark(ref writer, NftWire.BatchEnd);

    private static void Mark(ref NetlinkWriter writer, ushort type)
    {
        writer.Begin(type, NetlinkFlags.Request);
        BinaryPrimitives.WriteUInt16BigEndian(writer.Reserve(NftWire.HeaderLength)[2..], NftWire.Subsystem);
    }
}
