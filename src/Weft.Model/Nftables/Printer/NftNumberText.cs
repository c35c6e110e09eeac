using System.Globalization;
using System.Text;

namespace Weft.Model.Nftables;

/// <summary>Numbers that nft knows by name.</summary>
internal static class NftNumberText
{
    internal static void Append(StringBuilder text, NftType type, uint number)
    {
        if (type == NftType.Mark)
            text.Append($"0x{number:x8}");
        else if (type == NftType.ClassId)
            text.Append(number == 0 ? "none" : $"{number >> 16:x}:{number & 0xffff:x}");
        else if (type == NftType.CtState)
            AppendBits(text, number, States, ",");
        else if (type == NftType.CtStatus)
            AppendBits(text, number, Statuses, ",");
        else if (type == NftType.TcpFlags)
            AppendBits(text, number, TcpFlags, "|");
        else
            text.Append(Find(type, number) ?? number.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Bits as an operand of <c>&amp;</c>: <c>(a | b)</c>.</summary>
    internal static void AppendMask(StringBuilder text, NftType type, uint number)
    {
        var names = type == NftType.CtState ? States : type == NftType.CtStatus ? Statuses : TcpFlags;
        text.Append('(');
        AppendBits(text, number, names, " | ");
        text.Append(')');
    }

    private static void AppendBits(StringBuilder text, uint number, (uint Bit, string Name)[] names, string separator)
    {
        var start = text.Length;
        foreach (var (bit, name) in names)
        {
            if ((number & bit) == 0)
                continue;
            text.Append(text.Length > start ? separator : "").Append(name);
            number &= ~bit;
        }

        if (number != 0 || text.Length == start)
            text.Append(text.Length > start ? separator : "").Append($"0x{number:x}");
    }

    private static string? Find(NftType type, uint number)
    {
        foreach (var (ofType, value, name) in Names)
        {
            if (ofType == type && value == number)
                return name;
        }

        return type == NftType.EtherType ? $"0x{number:x4}" : null;
    }

    private static readonly (uint, string)[] States = [(1, "invalid"), (2, "established"), (4, "related"), (8, "new"), (64, "untracked")];

    private static readonly (uint, string)[] Statuses =
        [(1, "expected"), (2, "seen-reply"), (4, "assured"), (8, "confirmed"), (16, "snat"), (32, "dnat"), (512, "dying")];

    private static readonly (uint, string)[] TcpFlags =
        [(1, "fin"), (2, "syn"), (4, "rst"), (8, "psh"), (16, "ack"), (32, "urg"), (64, "ecn"), (128, "cwr")];

    private static readonly (NftType, uint, string)[] Names =
    [
        (NftType.NfProto, 2, "ipv4"), (NftType.NfProto, 10, "ipv6"),
        (NftType.EtherType, 0x0800, "ip"), (NftType.EtherType, 0x86DD, "ip6"), (NftType.EtherType, 0x0806, "arp"), (NftType.EtherType, 0x8100, "vlan"),
        (NftType.Protocol, 1, "icmp"), (NftType.Protocol, 6, "tcp"), (NftType.Protocol, 17, "udp"), (NftType.Protocol, 58, "ipv6-icmp"),
        (NftType.Protocol, 132, "sctp"),
        (NftType.ArpOperation, 1, "request"), (NftType.ArpOperation, 2, "reply"),
        (NftType.HardwareType, 1, "ether"),
        (NftType.CtDirection, 0, "original"), (NftType.CtDirection, 1, "reply"),
        (NftType.PacketType, 0, "host"), (NftType.PacketType, 1, "broadcast"), (NftType.PacketType, 2, "multicast"), (NftType.PacketType, 3, "other"),
        (NftType.Boolean, 0, "missing"), (NftType.Boolean, 1, "exists"),
        (NftType.AddressType, 0, "unspec"), (NftType.AddressType, 1, "unicast"), (NftType.AddressType, 2, "local"), (NftType.AddressType, 3, "broadcast"),
        (NftType.AddressType, 4, "anycast"), (NftType.AddressType, 5, "multicast"), (NftType.AddressType, 6, "blackhole"),
        (NftType.AddressType, 7, "unreachable"), (NftType.AddressType, 8, "prohibit"),
    ];
}
