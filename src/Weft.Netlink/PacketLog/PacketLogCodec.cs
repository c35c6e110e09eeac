using Weft.Netlink.Protocol;

namespace Weft.Netlink.PacketLog;

/// <summary>NFLOG on the wire (linux/netfilter/nfnetlink_log.h).</summary>
/// <remarks>
/// <code>
/// nfgenmsg { family, version, group in network order }
/// NFULNL_MSG_CONFIG { NFULA_CFG_CMD { u8 }, NFULA_CFG_MODE { be32 bytes to copy, u8 mode, u8 }, NFULA_CFG_TIMEOUT be32 in 1/100 s, NFULA_CFG_FLAGS be16 }
/// NFULNL_MSG_PACKET { NFULA_PREFIX, NFULA_IFINDEX_INDEV be32, NFULA_IFINDEX_OUTDEV be32, NFULA_SEQ be32, NFULA_PAYLOAD from the network header on, … }
/// </code>
/// </remarks>
internal static class PacketLogCodec
{
    internal const ushort Packet = Subsystem << 8;
    private const ushort Subsystem = 4;
    private const ushort Configure = (Subsystem << 8) | 1;
    private const int HeaderLength = 4;

    private const ushort InInterface = 4, OutInterface = 5, Payload = 9, Prefix = 10, Sequence = 12;
    private const ushort Command = 1, Mode = 2, Timeout = 4, Flags = 6;
    private const byte Bind = 1, CopyPacket = 2;

    // NFULNL_CFG_F_SEQ: packets are counted from 0, so that a gap tells how many were missed.
    private const ushort Counted = 1;

    // Network and transport headers with all options that matter.
    private const uint CopyLength = 128;

    // Until so much later the kernel may keep packets back to send several at once: people watch this.
    private const uint Hundredths = 5;

    internal static void WriteBind(ref NetlinkWriter writer, ushort group)
    {
        writer.Begin(Configure, NetlinkFlags.Request);
        var header = writer.Reserve(HeaderLength);
        header[2] = (byte)(group >> 8);
        header[3] = (byte)group;
        writer.PutU8(Command, Bind);
        var mode = writer.PutRoom(Mode, 6);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(mode, CopyLength);
        mode[4] = CopyPacket;
        writer.PutU32BigEndian(Timeout, Hundredths);
        writer.PutU16BigEndian(Flags, Counted);
    }

    /// <summary>Reads a packet, and its number.</summary>
    internal static (LoggedPacket Packet, uint Number) Read(NetlinkMessage message, PrefixTexts prefixes, ref DecodeError error)
    {
        var (prefix, incoming, outgoing, number) = ("", 0u, 0u, 0u);
        PacketHeader? header = null;
        var attributes = message.Attributes(HeaderLength, ref error);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case Prefix: prefix = prefixes.Of(attributes.Value); break;
                case InInterface: incoming = attributes.U32BigEndian(); break;
                case OutInterface: outgoing = attributes.U32BigEndian(); break;
                case Sequence: number = attributes.U32BigEndian(); break;
                case Payload: header = PacketHeader.Read(attributes.Value); break;
            }
        }

        return (new LoggedPacket(prefix, header, (int)incoming, (int)outgoing), number);
    }
}
