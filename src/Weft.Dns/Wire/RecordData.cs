using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Dns.Wire;

/// <summary>Data of records taken out of a message: with whole names, so that they mean the same elsewhere, and as text.</summary>
public static class RecordData
{
    /// <summary>Longest data that a record with names can have when they are written out.</summary>
    public const int MaxExpanded = ushort.MaxValue + (2 * DnsName.MaxLength);

    /// <summary>Copies the data of a record with its names written out.</summary>
    /// <returns>The length; -1 when the data is not what its type needs.</returns>
    public static int Expand(ReadOnlySpan<byte> message, in RecordHead record, Span<byte> target)
    {
        var data = message.Slice(record.DataStart, record.DataLength);
        var (before, names, after) = Shape(record.Type);
        if (names == 0)
        {
            data.CopyTo(target);
            return FixedLength(record.Type) is var needed && needed != 0 && needed != data.Length ? -1 : data.Length;
        }

        if (data.Length < before)
            return -1;
        data[..before].CopyTo(target);
        var (position, length) = (record.DataStart + before, before);
        for (; names > 0; names--)
        {
            if (!WireName.TryRead(message[..(record.DataStart + record.DataLength)], ref position, target[length..], out var name))
                return -1;
            length += name;
        }

        var rest = message[position..(record.DataStart + record.DataLength)];
        if (rest.Length != after)
            return -1;
        rest.CopyTo(target[length..]);
        return length + after;
    }

    /// <summary>Data as zone files show it; whatever has no such form is written as RFC 3597 says.</summary>
    /// <param name="data">As <see cref="Expand"/> gives it.</param>
    public static string Text(DnsType type, ReadOnlySpan<byte> data) => type switch
    {
        DnsType.A when data.Length == 4 => IpAddress.Read(data).ToString(),
        DnsType.AAAA when data.Length == 16 => IpAddress.Read(data).ToString(),
        DnsType.NS or DnsType.CNAME or DnsType.PTR or DnsType.DNAME when NameBytes.IsName(data) => NameOf(data),
        DnsType.MX when data.Length > 2 && NameBytes.IsName(data[2..]) => $"{U16(data)} {NameOf(data[2..])}",
        DnsType.SRV when data.Length > 6 && NameBytes.IsName(data[6..]) => $"{U16(data)} {U16(data[2..])} {U16(data[4..])} {NameOf(data[6..])}",
        DnsType.TXT => Strings(data),
        DnsType.SOA => Soa(data),
        _ => $"\\# {data.Length}{(data.IsEmpty ? "" : " ")}{Convert.ToHexString(data)}",
    };

    // Bytes before the names, names, bytes behind them: the types of RFC 1035 whose names may be compressed, and those that others compress all the same.
    private static (int Before, int Names, int After) Shape(DnsType type) => type switch
    {
        DnsType.NS or DnsType.CNAME or DnsType.PTR or DnsType.DNAME => (0, 1, 0),
        DnsType.MX => (2, 1, 0),
        DnsType.SRV => (6, 1, 0),
        DnsType.SOA => (0, 2, 20),
        _ => (0, 0, 0),
    };

    private static int FixedLength(DnsType type) => type switch
    {
        DnsType.A => 4,
        DnsType.AAAA => 16,
        _ => 0,
    };

    private static string Soa(ReadOnlySpan<byte> data)
    {
        var second = EndOfName(data);
        var end = second + EndOfName(data[second..]);
        if (second == 0 || end == second || data.Length - end != 20)
            return $"\\# {data.Length} {Convert.ToHexString(data)}";
        var text = new StringBuilder($"{NameOf(data[..second])} {NameOf(data[second..end])}");
        for (var at = end; at < data.Length; at += 4)
            text.Append(CultureInfo.InvariantCulture, $" {BinaryPrimitives.ReadUInt32BigEndian(data[at..])}");
        return text.ToString();
    }

    private static int EndOfName(ReadOnlySpan<byte> data)
    {
        for (var at = 0; at < data.Length; at += data[at] + 1)
        {
            if (data[at] == 0)
                return NameBytes.IsName(data[..(at + 1)]) ? at + 1 : 0;
        }

        return 0;
    }

    private static string Strings(ReadOnlySpan<byte> data)
    {
        var text = new StringBuilder();
        while (!data.IsEmpty)
        {
            var part = data.Slice(1, Math.Min(data[0], data.Length - 1));
            text.Append(text.Length == 0 ? "\"" : " \"");
            foreach (var one in part)
                text.Append(one is (byte)'"' or (byte)'\\' ? $"\\{(char)one}" : one is >= 0x20 and < 0x7F ? ((char)one).ToString() : $"\\{one:D3}");
            text.Append('"');
            data = data[(1 + part.Length)..];
        }

        return text.ToString();
    }

    private static string NameOf(ReadOnlySpan<byte> wire) => DnsName.FromWire(wire).ToString();

    private static ushort U16(ReadOnlySpan<byte> data) => BinaryPrimitives.ReadUInt16BigEndian(data);
}
