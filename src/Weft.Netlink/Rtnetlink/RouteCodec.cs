using Weft.Model;
using Weft.Model.Routes;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Rtnetlink;

/// <summary>Routes on the wire.</summary>
/// <remarks>
/// <code>
/// struct rtmsg { u8 family; u8 dst_len; u8 src_len; u8 tos; u8 table; u8 protocol; u8 scope; u8 type; u32 flags; }   // then RTA_*
/// struct rtvia { u16 family; u8 addr[]; }   // a router of the other family
/// </code>
/// Tables beyond 255 do not fit into the header: RTA_TABLE always says it.
/// </remarks>
internal static class RouteCodec
{
    public const int HeaderLength = 12;

    public static void Write(ref NetlinkWriter writer, ushort type, ushort flags, Route route, int? device)
    {
        WriteHeader(ref writer, type, flags, route, route.Protocol, (byte)(route.Destination.IsV6 ? RouteScope.Global : route.Scope ?? route.UsualScope));
        if (route.Source is { } source)
            writer.PutAddress(Rta.PreferredSource, source);
        WriteWay(ref writer, route, device);
        if (route.Mtu is { } mtu)
        {
            var metrics = writer.Open(Rta.Metrics);
            writer.PutU32(Rta.MetricMtu, mtu);
            writer.Close(metrics);
        }
    }

    /// <summary>Names what to delete: scope "nowhere" and protocol 0 stand for any.</summary>
    public static void WriteDelete(ref NetlinkWriter writer, Route route, int? device)
    {
        WriteHeader(ref writer, RtMsg.DelRoute, 0, route, RouteProtocol.Unspecified, (byte)RouteScope.Nowhere);
        WriteWay(ref writer, route, device);
    }

    public static void WriteList(ref NetlinkWriter writer, byte family, RouteFilter? filter, int? device)
    {
        writer.Begin(RtMsg.GetRoute, 0);
        var header = writer.Reserve(HeaderLength);
        header[0] = family;
        header[5] = filter?.Protocol ?? 0;
        header[7] = (byte)(filter?.Type ?? 0);
        if (filter?.Table is { } table)
            writer.PutU32(Rta.Table, table);
        if (device is { } index)
            writer.PutU32(Rta.OutputLink, (uint)index);
    }

    /// <summary>A question for the way to an address. IPv6 always says of which table its answer is, and refuses to be told to.</summary>
    public static void WriteResolve(ref NetlinkWriter writer, IpAddress destination)
    {
        writer.Begin(RtMsg.GetRoute, 0);
        var header = writer.Reserve(HeaderLength);
        header[0] = Family.Of(destination);
        header[1] = (byte)destination.BitLength;
        if (!destination.IsV6)
            Native.WriteUInt32(header[8..], Rta.FlagLookupTable);
        writer.PutAddress(Rta.Destination, destination);
    }

    /// <summary>A route; null for other families (multicast, MPLS) and for the cache of IPv6.</summary>
    public static Route? Parse(NetlinkMessage message, DeviceNames names, bool cached, ref DecodeError error)
    {
        var header = message.Payload;
        if (header.Length < HeaderLength)
        {
            error.Report("a route message is shorter than its header");
            return null;
        }

        var isV6 = header[0] == Family.V6;
        var flags = Native.ReadUInt32(header[8..]);
        if ((!isV6 && header[0] != Family.V4) || (!cached && (flags & Rta.FlagCloned) != 0))
            return null;
        var parts = new RouteParts { Table = header[4] };
        var attributes = message.Attributes(HeaderLength, ref error);
        while (attributes.MoveNext())
            ReadAttribute(attributes, ref parts);
        var destination = parts.Destination ?? (isV6 ? IpAddress.V6(0) : IpAddress.V4(0));
        if (destination.IsV6 != isV6 || header[1] > destination.BitLength)
        {
            error.Report("a route message without a sensible destination");
            return null;
        }

        return new Route(new IpPrefix(destination, header[1]))
        {
            Type = (RouteType)header[7],
            Gateway = parts.Gateway,
            Device = parts.Device > 0 ? names.Of(parts.Device) : null,
            Source = parts.Source,
            Scope = (RouteScope)header[6],
            Table = parts.Table,
            Protocol = header[5],
            Metric = parts.Metric,
            OnLink = (flags & Rta.FlagOnLink) != 0,
            Mtu = parts.Mtu,
            IsMultipath = parts.Multipath,
        }.Canonical();
    }

    private static void WriteHeader(ref NetlinkWriter writer, ushort type, ushort flags, Route route, byte protocol, byte scope)
    {
        writer.Begin(type, flags);
        var header = writer.Reserve(HeaderLength);
        header[0] = Family.Of(route.Destination.Network);
        header[1] = (byte)route.Destination.Length;
        header[4] = route.Table < 256 ? (byte)route.Table : (byte)0;
        header[5] = protocol;
        header[6] = scope;
        header[7] = (byte)route.Type;
        Native.WriteUInt32(header[8..], route.OnLink ? Rta.FlagOnLink : 0);
        writer.PutU32(Rta.Table, route.Table);
        if (route.Destination.Length > 0)
            writer.PutAddress(Rta.Destination, route.Destination.Network);
    }

    private static void WriteWay(ref NetlinkWriter writer, Route route, int? device)
    {
        if (route.Gateway is { } gateway && gateway.IsV6 == route.Destination.IsV6)
        {
            writer.PutAddress(Rta.Gateway, gateway);
        }
        else if (route.Gateway is { } other)
        {
            var via = writer.PutRoom(Rta.Via, 2 + other.ByteLength);
            Native.WriteUInt16(via, Family.Of(other));
            other.Write(via[2..]);
        }

        if (device is { } index)
            writer.PutU32(Rta.OutputLink, (uint)index);
        if (route.Metric != 0)
            writer.PutU32(Rta.Priority, route.Metric);
    }

    private static void ReadAttribute(AttributeReader attribute, ref RouteParts parts)
    {
        switch (attribute.Type)
        {
            case Rta.Destination: parts.Destination = attribute.Address(); break;
            case Rta.OutputLink: parts.Device = attribute.I32(); break;
            case Rta.Gateway: parts.Gateway = attribute.Address(); break;
            case Rta.Via: parts.Gateway = ReadVia(attribute); break;
            case Rta.Priority: parts.Metric = attribute.U32(); break;
            case Rta.PreferredSource: parts.Source = attribute.Address(); break;
            case Rta.Table: parts.Table = attribute.U32(); break;
            case Rta.Metrics: parts.Mtu = ReadMtu(attribute.Nested()); break;
            case Rta.Multipath or Rta.NextHopId: parts.Multipath = true; break;
        }
    }

    private static IpAddress? ReadVia(AttributeReader via)
    {
        if (via.Value.Length is 6 or 18)
            return IpAddress.Read(via.Value[2..]);
        via.Fail("a router of another family has neither 4 nor 16 bytes");
        return null;
    }

    private static uint? ReadMtu(AttributeReader metrics)
    {
        uint? mtu = null;
        while (metrics.MoveNext())
        {
            if (metrics.Type == Rta.MetricMtu)
                mtu = metrics.U32();
        }

        return mtu;
    }

    private struct RouteParts
    {
        public IpAddress? Destination;
        public IpAddress? Gateway;
        public IpAddress? Source;
        public int Device;
        public uint Table;
        public uint Metric;
        public uint? Mtu;
        public bool Multipath;
    }
}
