using Weft.Model;
using Weft.Model.Links;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Rtnetlink;

/// <summary>Links on the wire.</summary>
/// <remarks>
/// <code>
/// struct ifinfomsg { u8 family; u8 pad; u16 type; s32 index; u32 flags; u32 change; }   // linux/rtnetlink.h, then IFLA_*
/// </code>
/// </remarks>
internal static class LinkCodec
{
    public const int HeaderLength = 16;
    private const uint FlagUp = 0x1;
    private const uint FlagLoopback = 0x8;
    private const uint FlagPromiscuous = 0x100;
    private const uint FlagLowerUp = 0x10000;
    private const uint SkipStatistics = 8;

    public static void WriteHeader(ref NetlinkWriter writer, int index = 0, bool? up = null, bool? promiscuous = null)
    {
        var header = writer.Reserve(HeaderLength);
        Native.WriteInt32(header[4..], index);
        Native.WriteUInt32(header[8..], (up is true ? FlagUp : 0) | (promiscuous is true ? FlagPromiscuous : 0));
        Native.WriteUInt32(header[12..], (up is null ? 0 : FlagUp) | (promiscuous is null ? 0 : FlagPromiscuous));
    }

    public static void WriteGet(ref NetlinkWriter writer, string? name)
    {
        writer.Begin(RtMsg.GetLink, 0);
        WriteHeader(ref writer);
        if (name is not null)
            writer.PutString(Ifla.Name, name);
        writer.PutU32(Ifla.ExtMask, SkipStatistics);
    }

    public static void WriteCommon(ref NetlinkWriter writer, int? mtu, MacAddress? address)
    {
        if (mtu is { } bytes)
            writer.PutU32(Ifla.Mtu, (uint)bytes);
        if (address is { } mac)
            writer.PutMac(Ifla.Address, mac);
    }

    /// <summary>The peer of a veth is described by a whole message body inside the attribute, header included.</summary>
    public static void WriteVethInfo(ref NetlinkWriter writer, VethSpec spec, int? peerNamespace)
    {
        var info = writer.Open(Ifla.LinkInfo);
        writer.PutString(Ifla.InfoKind, "veth");
        var data = writer.Open(Ifla.InfoData);
        var peer = writer.Open(Ifla.VethPeer);
        WriteHeader(ref writer);
        writer.PutString(Ifla.Name, spec.PeerName);
        WriteCommon(ref writer, spec.Mtu, spec.PeerAddress);
        if (peerNamespace is { } fd)
            writer.PutU32(Ifla.NetNsFd, (uint)fd);
        writer.Close(peer);
        writer.Close(data);
        writer.Close(info);
    }

    public static Link? Parse(NetlinkMessage message, DeviceNames names, ref DecodeError error)
    {
        if (message.Payload.Length < HeaderLength)
        {
            error.Report("a link message is shorter than its header");
            return null;
        }

        var flags = Native.ReadUInt32(message.Payload[8..]);
        scoped var parts = new LinkParts { Index = Native.ReadInt32(message.Payload[4..]) };
        var attributes = message.Attributes(HeaderLength, ref error);
        while (attributes.MoveNext())
            ReadAttribute(attributes, ref parts);
        var sameNumbers = parts.PeerIndex is { } peer && peer == parts.Index && parts.PeerNamespace is null;
        return new Link
        {
            Index = parts.Index,
            Name = parts.Name ?? string.Empty,
            Kind = LinkKindCodec.Read(parts, names, ref error),
            Up = (flags & FlagUp) != 0,
            Carrier = (flags & FlagLowerUp) != 0,
            IsLoopback = (flags & FlagLoopback) != 0,
            Promiscuous = (flags & FlagPromiscuous) != 0 || parts.Promiscuity > 0,
            State = (LinkState)parts.OperState,
            Mtu = parts.Mtu,
            Address = parts.Address,
            Master = parts.Master == 0 ? null : names.Of(parts.Master),
            Port = PortCodec.Read(parts, ref error),
            PeerIndex = sameNumbers ? null : parts.PeerIndex,
            PeerNamespace = parts.PeerNamespace,
        };
    }

    private static void ReadAttribute(AttributeReader attribute, ref LinkParts parts)
    {
        switch (attribute.Type)
        {
            case Ifla.Name: parts.Name = attribute.Text(); break;
            case Ifla.Mtu: parts.Mtu = attribute.I32(); break;
            case Ifla.Address: parts.Address = attribute.Mac(); break;
            case Ifla.Master: parts.Master = attribute.I32(); break;
            case Ifla.OperState: parts.OperState = attribute.U8(); break;
            case Ifla.Promiscuity: parts.Promiscuity = attribute.U32(); break;
            case Ifla.Link: parts.PeerIndex = attribute.I32(); break;
            case Ifla.LinkNetNsId: parts.PeerNamespace = attribute.I32(); break;
            case Ifla.LinkInfo: ReadInfo(attribute.Nested(), ref parts); break;
        }
    }

    private static void ReadInfo(AttributeReader info, ref LinkParts parts)
    {
        while (info.MoveNext())
        {
            switch (info.Type)
            {
                case Ifla.InfoKind: parts.Kind = info.Text(); break;
                case Ifla.InfoData: parts.KindData = info.Value; break;
                case Ifla.InfoSlaveKind: parts.PortKind = info.Text(); break;
                case Ifla.InfoSlaveData: parts.PortData = info.Value; break;
            }
        }
    }
}

/// <summary>What a link message said, until it is put together: the data of a kind may precede the kind.</summary>
internal ref struct LinkParts
{
    public int Index;
    public string? Name;
    public int Mtu;
    public MacAddress? Address;
    public int Master;
    public byte OperState;
    public uint Promiscuity;
    public int? PeerIndex;
    public int? PeerNamespace;
    public string? Kind;
    public ReadOnlySpan<byte> KindData;
    public string? PortKind;
    public ReadOnlySpan<byte> PortData;
}
