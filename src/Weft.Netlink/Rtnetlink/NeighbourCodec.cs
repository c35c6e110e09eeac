using Weft.Model;
using Weft.Model.Routes;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Rtnetlink;

/// <summary>Neighbours and forwarding entries on the wire: one message type, told apart by the family.</summary>
/// <remarks>
/// <code>
/// struct ndmsg { u8 family; u8 pad1; u16 pad2; s32 ifindex; u16 state; u8 flags; u8 type; }   // linux/neighbour.h, then NDA_*
/// </code>
/// </remarks>
internal static class NeighbourCodec
{
    public const int HeaderLength = 12;
    private const ushort StateStatic = (ushort)(NeighbourState.Permanent | NeighbourState.NoArp);

    public static void Write(ref NetlinkWriter writer, ushort type, ushort flags, Neighbour neighbour, int index)
    {
        var bits = (neighbour.Proxy ? Nda.FlagProxy : 0)
            | (neighbour.Router ? Nda.FlagRouter : 0)
            | (neighbour.ExternallyLearned ? Nda.FlagExternallyLearned : 0);
        WriteHeader(ref writer, type, flags, Family.Of(neighbour.Address), index, (ushort)neighbour.State, (byte)bits);
        writer.PutAddress(Nda.Destination, neighbour.Address);
        if (neighbour.HardwareAddress is { } mac)
            writer.PutMac(Nda.LinkAddress, mac);
    }

    public static void Write(ref NetlinkWriter writer, ushort type, ushort flags, ForwardingEntry entry, int index)
    {
        // A bridge takes "permanent" for an address of its own and "no ARP" for a configured one; others know only "permanent".
        var state = !entry.Static && !entry.Local ? NeighbourState.Reachable
            : entry.OnMaster && !entry.Local ? NeighbourState.NoArp
            : NeighbourState.Permanent;
        WriteHeader(ref writer, type, flags, Family.Bridge, index, (ushort)state, entry.OnMaster ? Nda.FlagMaster : Nda.FlagSelf);
        writer.PutMac(Nda.LinkAddress, entry.Address);
        if (entry.Destination is { } destination)
            writer.PutAddress(Nda.Destination, destination);
        if (entry.Vlan != 0)
            writer.PutU16(Nda.Vlan, entry.Vlan);
    }

    public static void WriteList(ref NetlinkWriter writer, byte family, bool proxy, int? index)
    {
        WriteHeader(ref writer, RtMsg.GetNeigh, 0, family, index: 0, state: 0, proxy ? Nda.FlagProxy : (byte)0);
        if (index is { } device)
            writer.PutU32(Nda.InterfaceIndex, (uint)device);
    }

    /// <summary>A neighbour; null for other families.</summary>
    public static Neighbour? Parse(NetlinkMessage message, DeviceNames names, ref DecodeError error)
    {
        if (!TryReadHeader(message, ref error, out var header) || header[0] is not (Family.V4 or Family.V6))
            return null;
        IpAddress? address = null;
        MacAddress? mac = null;
        var attributes = message.Attributes(HeaderLength, ref error);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case Nda.Destination: address = attributes.Address(); break;
                case Nda.LinkAddress: mac = attributes.Mac(); break;
            }
        }

        if (address is not { } known)
        {
            error.Report("a neighbour without an address");
            return null;
        }

        var proxy = (header[10] & Nda.FlagProxy) != 0;
        return new Neighbour(names.Of(Native.ReadInt32(header[4..])), known)
        {
            HardwareAddress = mac,
            State = proxy ? NeighbourState.Permanent : (NeighbourState)Native.ReadUInt16(header[8..]),
            Proxy = proxy,
            Router = (header[10] & Nda.FlagRouter) != 0,
            ExternallyLearned = (header[10] & Nda.FlagExternallyLearned) != 0,
        };
    }

    /// <summary>A forwarding entry; null for other families, and for what has no hardware address of Ethernet's length.</summary>
    public static ForwardingEntry? ParseForwarding(NetlinkMessage message, DeviceNames names, ref DecodeError error)
    {
        if (!TryReadHeader(message, ref error, out var header) || header[0] != Family.Bridge)
            return null;
        IpAddress? destination = null;
        MacAddress? mac = null;
        ushort vlan = 0;
        var onMaster = (header[10] & Nda.FlagMaster) != 0;
        var attributes = message.Attributes(HeaderLength, ref error);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case Nda.Destination: destination = attributes.Address(); break;
                case Nda.LinkAddress: mac = attributes.Mac(); break;
                case Nda.Vlan: vlan = attributes.U16(); break;
                case Nda.Master: onMaster = true; break;
            }
        }

        if (mac is not { } address)
            return null;
        var state = Native.ReadUInt16(header[8..]);
        return new ForwardingEntry(names.Of(Native.ReadInt32(header[4..])), address)
        {
            Destination = destination,
            OnMaster = onMaster,
            Vlan = vlan,
            Static = (state & StateStatic) != 0,
            Local = onMaster && (state & (ushort)NeighbourState.Permanent) != 0,
        };
    }

    private static void WriteHeader(ref NetlinkWriter writer, ushort type, ushort flags, byte family, int index, ushort state, byte bits)
    {
        writer.Begin(type, flags);
        var header = writer.Reserve(HeaderLength);
        header[0] = family;
        Native.WriteInt32(header[4..], index);
        Native.WriteUInt16(header[8..], state);
        header[10] = bits;
    }

    private static bool TryReadHeader(NetlinkMessage message, ref DecodeError error, out ReadOnlySpan<byte> header)
    {
        header = message.Payload;
        if (header.Length >= HeaderLength)
            return true;
        error.Report("a neighbour message is shorter than its header");
        return false;
    }
}
