using Weft.Model;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Conntrack;

/// <summary>Flows on the wire.</summary>
/// <remarks>
/// <code>
/// nfgenmsg { family, version, res_id }
/// CTA_TUPLE_ORIG { CTA_TUPLE_IP { source, destination }, CTA_TUPLE_PROTO { number, source port, destination port } }, CTA_TUPLE_REPLY { … }, CTA_ID, CTA_ZONE
/// </code>
/// </remarks>
internal static class FlowCodec
{
    private const byte V4 = 2;
    private const byte V6 = 10;

    internal static void Begin(ref NetlinkWriter writer, ushort type, ushort flags, bool? isV6)
    {
        writer.Begin(type, (ushort)(flags | NetlinkFlags.Request));
        writer.Reserve(Cta.HeaderLength)[0] = isV6 switch { null => 0, true => V6, false => V4 };
    }

    internal static void Write(ref NetlinkWriter writer, Flow flow)
    {
        Write(ref writer, Cta.Original, flow.Original);
        Write(ref writer, Cta.Reply, flow.Reply);
        if (flow.Zone != 0)
            writer.PutU16BigEndian(Cta.Zone, flow.Zone);
    }

    internal static void WriteDelete(ref NetlinkWriter writer, Flow flow)
    {
        Begin(ref writer, Cta.Delete, 0, flow.Original.Source.IsV6);
        Write(ref writer, Cta.Original, flow.Original);
        if (flow.Zone != 0)
            writer.PutU16BigEndian(Cta.Zone, flow.Zone);
        if (flow.Id != 0)
            writer.PutU32BigEndian(Cta.Id, flow.Id);
    }

    /// <summary>The kernel (Linux 5.8 and later, of one family) leaves out what does not match; others send it all, so the reader looks too.</summary>
    /// <remarks>
    /// It is not asked for IPv6 addresses: up to 6.18 at least it leaves out what does match (ctnetlink_filter_match_tuple takes ipv6_addr_cmp, which is 0
    /// for equal addresses, for a comparison that is true then).
    /// </remarks>
    internal static void WriteList(ref NetlinkWriter writer, FlowFilter filter)
    {
        var family = filter.IsV6 ?? filter.OriginalDestination?.IsV6 ?? filter.ReplySource?.IsV6;
        Begin(ref writer, Cta.Get, 0, family);
        if (family is null)
            return;
        var original = WriteFilter(ref writer, Cta.Original, source: null, OnlyV4(filter.OriginalDestination), filter.Protocol, filter.OriginalDestinationPort);
        var reply = WriteFilter(ref writer, Cta.Reply, OnlyV4(filter.ReplySource), destination: null, protocol: null, port: null);
        if ((original | reply) == 0)
            return;
        var nest = writer.Open(Cta.Filter);
        writer.PutU32(Cta.FilterOriginal, original);
        writer.PutU32(Cta.FilterReply, reply);
        writer.Close(nest);
    }

    internal static Flow Read(NetlinkMessage message, ref DecodeError error)
    {
        var (original, reply) = (default(FlowTuple), default(FlowTuple));
        var (id, zone) = (0u, (ushort)0);
        var attributes = message.Attributes(Cta.HeaderLength, ref error);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case Cta.Original: original = ReadTuple(attributes.Nested()); break;
                case Cta.Reply: reply = ReadTuple(attributes.Nested()); break;
                case Cta.Id: id = attributes.U32BigEndian(); break;
                case Cta.Zone: zone = attributes.U16BigEndian(); break;
            }
        }

        return new Flow(original, reply, id, zone);
    }

    private static IpAddress? OnlyV4(IpAddress? address) => address is { IsV6: false } ? address : null;

    private static uint WriteFilter(ref NetlinkWriter writer, ushort type, IpAddress? source, IpAddress? destination, byte? protocol, ushort? port)
    {
        port = protocol is null ? null : port;
        var flags = (source is null ? 0 : Cta.BySource) | (destination is null ? 0 : Cta.ByDestination)
            | (protocol is null ? 0 : Cta.ByProtocol) | (port is null ? 0 : Cta.ByDestinationPort);
        if (flags == 0)
            return 0;
        var tuple = writer.Open(type);
        var ip = writer.Open(Cta.TupleIp);
        PutAddress(ref writer, source, Cta.SourceV4, Cta.SourceV6);
        PutAddress(ref writer, destination, Cta.DestinationV4, Cta.DestinationV6);
        writer.Close(ip);
        var nest = writer.Open(Cta.TupleProtocol);
        if (protocol is { } number)
            writer.PutU8(Cta.ProtocolNumber, number);
        if (port is { } value)
            writer.PutU16BigEndian(Cta.DestinationPort, value);
        writer.Close(nest);
        writer.Close(tuple);
        return flags;
    }

    private static void Write(ref NetlinkWriter writer, ushort type, FlowTuple tuple)
    {
        var nest = writer.Open(type);
        var ip = writer.Open(Cta.TupleIp);
        PutAddress(ref writer, tuple.Source, Cta.SourceV4, Cta.SourceV6);
        PutAddress(ref writer, tuple.Destination, Cta.DestinationV4, Cta.DestinationV6);
        writer.Close(ip);
        var protocol = writer.Open(Cta.TupleProtocol);
        writer.PutU8(Cta.ProtocolNumber, tuple.Protocol);
        writer.PutU16BigEndian(Cta.SourcePort, tuple.SourcePort);
        writer.PutU16BigEndian(Cta.DestinationPort, tuple.DestinationPort);
        writer.Close(protocol);
        writer.Close(nest);
    }

    private static void PutAddress(ref NetlinkWriter writer, IpAddress? address, ushort typeV4, ushort typeV6)
    {
        if (address is { } value)
            writer.PutAddress(value.IsV6 ? typeV6 : typeV4, value);
    }

    private static FlowTuple ReadTuple(AttributeReader parts)
    {
        var tuple = default(FlowTuple);
        while (parts.MoveNext())
        {
            var fields = parts.Nested();
            if (parts.Type == Cta.TupleIp)
                tuple = ReadAddresses(tuple, fields);
            else if (parts.Type == Cta.TupleProtocol)
                tuple = ReadProtocol(tuple, fields);
        }

        return tuple;
    }

    private static FlowTuple ReadAddresses(FlowTuple tuple, AttributeReader fields)
    {
        while (fields.MoveNext())
        {
            switch (fields.Type)
            {
                case Cta.SourceV4 or Cta.SourceV6: tuple = tuple with { Source = fields.Address() }; break;
                case Cta.DestinationV4 or Cta.DestinationV6: tuple = tuple with { Destination = fields.Address() }; break;
            }
        }

        return tuple;
    }

    private static FlowTuple ReadProtocol(FlowTuple tuple, AttributeReader fields)
    {
        while (fields.MoveNext())
        {
            switch (fields.Type)
            {
                case Cta.ProtocolNumber: tuple = tuple with { Protocol = fields.U8() }; break;
                case Cta.SourcePort: tuple = tuple with { SourcePort = fields.U16BigEndian() }; break;
                case Cta.DestinationPort: tuple = tuple with { DestinationPort = fields.U16BigEndian() }; break;
            }
        }

        return tuple;
    }
}
