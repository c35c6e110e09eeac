using Weft.Model;
using Weft.Model.Links;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Rtnetlink;

/// <summary>IFLA_LINKINFO on the wire: the kind of a link and the settings of that kind.</summary>
internal static class LinkKindCodec
{
    public static void Write(ref NetlinkWriter writer, LinkKind kind, NetlinkTransport transport, Operation operation)
    {
        var info = writer.Open(Ifla.LinkInfo);
        writer.PutString(Ifla.InfoKind, kind.Name);
        var data = writer.Open(Ifla.InfoData);
        switch (kind)
        {
            case BridgeKind bridge:
                WriteBridge(ref writer, bridge);
                break;
            case VxlanKind vxlan:
                WriteVxlan(ref writer, vxlan, vxlan.Underlay is null ? null : DeviceNames.Require(transport, vxlan.Underlay, operation));
                break;
        }

        writer.Close(data);
        writer.Close(info);
    }

    public static LinkKind? Read(LinkParts parts, DeviceNames names, ref DecodeError error)
    {
        var data = new AttributeReader(parts.KindData, ref error);
        return parts.Kind switch
        {
            null => null,
            "veth" => VethInstance,
            "bridge" => ReadBridge(data),
            "vxlan" => ReadVxlan(data, names),
            _ => new PlainKind(parts.Kind),
        };
    }

    private static readonly VethKind VethInstance = new();

    private static void WriteBridge(ref NetlinkWriter writer, BridgeKind bridge)
    {
        if (bridge.ForwardDelay is { } delay)
            writer.PutU32(IflaBridge.ForwardDelay, delay);
        if (bridge.AgeingTime is { } ageing)
            writer.PutU32(IflaBridge.AgeingTime, ageing);
        if (bridge.SpanningTree is { } stp)
            writer.PutU32(IflaBridge.StpState, stp ? 1u : 0u);
        if (bridge.VlanFiltering is { } filtering)
            writer.PutU8(IflaBridge.VlanFiltering, filtering ? (byte)1 : (byte)0);
        if (bridge.MulticastSnooping is { } snooping)
            writer.PutU8(IflaBridge.MulticastSnooping, snooping ? (byte)1 : (byte)0);
        if (bridge.DefaultPvid is { } pvid)
            writer.PutU16(IflaBridge.DefaultPvid, pvid);
    }

    private static BridgeKind ReadBridge(AttributeReader data)
    {
        uint? delay = null, ageing = null;
        bool? stp = null, filtering = null, snooping = null;
        ushort? pvid = null;
        while (data.MoveNext())
        {
            switch (data.Type)
            {
                case IflaBridge.ForwardDelay: delay = data.U32(); break;
                case IflaBridge.AgeingTime: ageing = data.U32(); break;
                case IflaBridge.StpState: stp = data.U32() != 0; break;
                case IflaBridge.VlanFiltering: filtering = data.U8() != 0; break;
                case IflaBridge.MulticastSnooping: snooping = data.U8() != 0; break;
                case IflaBridge.DefaultPvid: pvid = data.U16(); break;
            }
        }

        return new BridgeKind
        {
            ForwardDelay = delay,
            AgeingTime = ageing,
            SpanningTree = stp,
            VlanFiltering = filtering,
            MulticastSnooping = snooping,
            DefaultPvid = pvid,
        };
    }

    private static void WriteVxlan(ref NetlinkWriter writer, VxlanKind vxlan, int? underlay)
    {
        writer.PutU32(IflaVxlan.Id, vxlan.Vni);
        writer.PutU16BigEndian(IflaVxlan.Port, vxlan.Port);
        if (vxlan.Local is { } local)
            writer.PutAddress(local.IsV6 ? IflaVxlan.Local6 : IflaVxlan.Local, local);
        if (vxlan.Remote is { } remote)
            writer.PutAddress(remote.IsV6 ? IflaVxlan.Group6 : IflaVxlan.Group, remote);
        if (underlay is { } index)
            writer.PutU32(IflaVxlan.Link, (uint)index);
        if (vxlan.Learning is { } learning)
            writer.PutU8(IflaVxlan.Learning, learning ? (byte)1 : (byte)0);
        if (vxlan.UdpChecksum is { } checksum)
            writer.PutU8(IflaVxlan.UdpChecksum, checksum ? (byte)1 : (byte)0);
        if (vxlan.Ttl is { } ttl)
            writer.PutU8(IflaVxlan.Ttl, ttl);
    }

    private static VxlanKind ReadVxlan(AttributeReader data, DeviceNames names)
    {
        uint vni = 0;
        ushort port = 0;
        IpAddress? local = null, remote = null;
        string? underlay = null;
        bool? learning = null, checksum = null;
        byte? ttl = null;
        while (data.MoveNext())
        {
            switch (data.Type)
            {
                case IflaVxlan.Id: vni = data.U32(); break;
                case IflaVxlan.Port: port = data.U16BigEndian(); break;
                case IflaVxlan.Local or IflaVxlan.Local6: local = data.Address(); break;
                case IflaVxlan.Group or IflaVxlan.Group6: remote = data.Address(); break;
                case IflaVxlan.Link: underlay = data.I32() is > 0 and var index ? names.Of(index) : null; break;
                case IflaVxlan.Learning: learning = data.U8() != 0; break;
                case IflaVxlan.UdpChecksum: checksum = data.U8() != 0; break;
                case IflaVxlan.Ttl: ttl = data.U8(); break;
            }
        }

        return new VxlanKind
        {
            Vni = vni,
            Port = port,
            Local = local,
            Remote = remote,
            Underlay = underlay,
            Learning = learning,
            UdpChecksum = checksum,
            Ttl = ttl,
        };
    }
}
