using Weft.Model;
using Weft.Model.Routes;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Rtnetlink;

/// <summary>Rules of policy routing on the wire.</summary>
/// <remarks>
/// <code>
/// struct fib_rule_hdr { u8 family; u8 dst_len; u8 src_len; u8 tos; u8 table; u8 res1; u8 res2; u8 action; u32 flags; }   // then FRA_*
/// </code>
/// </remarks>
internal static class RuleCodec
{
    public const int HeaderLength = 12;
    private const uint NoSuppression = uint.MaxValue;

    public static void Write(ref NetlinkWriter writer, ushort type, ushort flags, RoutingRule rule)
    {
        writer.Begin(type, flags);
        var header = writer.Reserve(HeaderLength);
        header[0] = rule.IsV6 ? Family.V6 : Family.V4;
        header[1] = (byte)(rule.To?.Length ?? 0);
        header[2] = (byte)(rule.From?.Length ?? 0);
        header[4] = rule.Table < 256 ? (byte)rule.Table : (byte)0;
        header[7] = (byte)rule.Action;
        Native.WriteUInt32(header[8..], rule.Invert ? Fra.FlagInvert : 0);
        writer.PutU32(Fra.Priority, rule.Priority);
        if (rule.Action == RuleAction.Lookup)
            writer.PutU32(Fra.Table, rule.Table);
        if (rule.To is { Length: > 0 } to)
            writer.PutAddress(Fra.Destination, to.Network);
        if (rule.From is { Length: > 0 } from)
            writer.PutAddress(Fra.Source, from.Network);
        WriteSelectors(ref writer, rule);
        if (type == RtMsg.NewRule)
            writer.PutU8(Fra.Protocol, rule.Protocol);
    }

    public static void WriteList(ref NetlinkWriter writer)
    {
        writer.Begin(RtMsg.GetRule, 0);
        writer.Reserve(HeaderLength);
    }

    /// <summary>A rule; null for other families.</summary>
    public static RoutingRule? Parse(NetlinkMessage message, ref DecodeError error)
    {
        var header = message.Payload;
        if (header.Length < HeaderLength)
        {
            error.Report("a rule message is shorter than its header");
            return null;
        }

        var isV6 = header[0] == Family.V6;
        if (!isV6 && header[0] != Family.V4)
            return null;
        var parts = new RuleParts { Table = header[4] };
        var attributes = message.Attributes(HeaderLength, ref error);
        while (attributes.MoveNext())
            ReadAttribute(attributes, ref parts);
        return new RoutingRule
        {
            IsV6 = isV6,
            Priority = parts.Priority,
            Action = (RuleAction)header[7],
            Table = parts.Table == 0 ? RouteTable.Main : parts.Table,
            From = Prefix(parts.From, header[2], ref error),
            To = Prefix(parts.To, header[1], ref error),
            InputDevice = parts.Input,
            OutputDevice = parts.Output,
            Mark = parts.Mark,
            MarkMask = parts.Mask,
            Invert = (Native.ReadUInt32(header[8..]) & Fra.FlagInvert) != 0,
            SuppressPrefixLength = parts.Suppress is null or NoSuppression ? null : (int)parts.Suppress,
            Protocol = parts.Protocol,
        };
    }

    private static void WriteSelectors(ref NetlinkWriter writer, RoutingRule rule)
    {
        if (rule.InputDevice is { } input)
            writer.PutString(Fra.InputName, input);
        if (rule.OutputDevice is { } output)
            writer.PutString(Fra.OutputName, output);
        if (rule.MarkMask != 0)
        {
            writer.PutU32(Fra.Mark, rule.Mark);
            writer.PutU32(Fra.Mask, rule.MarkMask);
        }

        if (rule.SuppressPrefixLength is { } length)
            writer.PutU32(Fra.SuppressPrefixLength, (uint)length);
    }

    private static void ReadAttribute(AttributeReader attribute, ref RuleParts parts)
    {
        switch (attribute.Type)
        {
            case Fra.Priority: parts.Priority = attribute.U32(); break;
            case Fra.Table: parts.Table = attribute.U32(); break;
            case Fra.Source: parts.From = attribute.Address(); break;
            case Fra.Destination: parts.To = attribute.Address(); break;
            case Fra.InputName: parts.Input = attribute.Text(); break;
            case Fra.OutputName: parts.Output = attribute.Text(); break;
            case Fra.Mark: parts.Mark = attribute.U32(); break;
            case Fra.Mask: parts.Mask = attribute.U32(); break;
            case Fra.SuppressPrefixLength: parts.Suppress = attribute.U32(); break;
            case Fra.Protocol: parts.Protocol = attribute.U8(); break;
        }
    }

    private static IpPrefix? Prefix(IpAddress? address, byte length, ref DecodeError error)
    {
        if (address is not { } network)
            return null;
        if (length <= network.BitLength)
            return new IpPrefix(network, length);
        error.Report("a rule's prefix is longer than its address");
        return null;
    }

    private struct RuleParts
    {
        public uint Priority;
        public uint Table;
        public IpAddress? From;
        public IpAddress? To;
        public string? Input;
        public string? Output;
        public uint Mark;
        public uint Mask;
        public uint? Suppress;
        public byte Protocol;
    }
}
