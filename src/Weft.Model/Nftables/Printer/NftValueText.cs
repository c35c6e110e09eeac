using System.Buffers.Binary;
using System.Text;

namespace Weft.Model.Nftables;

/// <summary>Constants in nft's syntax, by their type.</summary>
internal static class NftValueText
{
    internal static void Append(StringBuilder text, NftType type, NftData data) => Append(text, type, data.Bytes);

    internal static void AppendInterval(StringBuilder text, NftType type, NftData from, NftData to)
    {
        var offset = 0;
        foreach (var part in type.Parts)
        {
            if (offset > 0)
                text.Append(" . ");
            AppendRange(text, part, Slice(from.Bytes, offset, part.Length), Slice(to.Bytes, offset, part.Length));
            offset += part.PaddedLength;
        }
    }

    /// <summary>As nft writes durations: the largest units that divide it, <c>1h30m</c>.</summary>
    internal static string Duration(ulong milliseconds)
    {
        if (milliseconds == 0)
            return "0s";
        var text = new StringBuilder();
        foreach (var (unit, length) in Units)
        {
            var count = milliseconds / length;
            milliseconds %= length;
            if (count > 0)
                text.Append(count).Append(unit);
        }

        return text.ToString();
    }

    private static readonly (string, ulong)[] Units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

    private static void Append(StringBuilder text, NftType type, ReadOnlySpan<byte> bytes)
    {
        if (!type.IsConcatenation)
        {
            AppendScalar(text, type, bytes);
            return;
        }

        var offset = 0;
        foreach (var part in type.Parts)
        {
            if (offset > 0)
                text.Append(" . ");
            AppendScalar(text, part, Slice(bytes, offset, part.Length));
            offset += part.PaddedLength;
        }
    }

    private static void AppendRange(StringBuilder text, NftType type, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        AppendScalar(text, type, from);
        if (from.SequenceEqual(to))
            return;
        if ((type == NftType.Ipv4Address || type == NftType.Ipv6Address) && PrefixLength(from, to) is { } length)
        {
            text.Append($"/{length}");
            return;
        }

        text.Append('-');
        AppendScalar(text, type, to);
    }

    /// <summary>The prefix length of an interval that is a whole block.</summary>
    private static int? PrefixLength(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        var first = IpAddress.Read(from);
        var hosts = first.Bits ^ IpAddress.Read(to).Bits;
        var isBlock = (hosts & (hosts + 1)) == 0 && (first.Bits & hosts) == 0;
        return isBlock ? first.BitLength - (int)UInt128.PopCount(hosts) : null;
    }

    private static void AppendScalar(StringBuilder text, NftType type, ReadOnlySpan<byte> bytes)
    {
        if (type == NftType.InterfaceName)
            text.Append($"\"{Encoding.UTF8.GetString(bytes).TrimEnd('\0')}{(bytes.Length < NftData.NameLength ? "*" : "")}\"");
        else if (bytes.Length != type.Length)
            text.Append($"0x{Convert.ToHexStringLower(bytes)}");
        else if (type == NftType.Ipv4Address || type == NftType.Ipv6Address)
            text.Append(IpAddress.Read(bytes));
        else if (type == NftType.EtherAddress)
            text.Append(MacAddress.Read(bytes));
        else
            NftNumberText.Append(text, type, NumberOf(type, bytes));
    }

    private static uint NumberOf(NftType type, ReadOnlySpan<byte> bytes) => (bytes.Length, type.IsHostOrder) switch
    {
        (1, _) => bytes[0],
        (2, false) => BinaryPrimitives.ReadUInt16BigEndian(bytes),
        (2, true) => BitConverter.ToUInt16(bytes),
        (4, true) => BitConverter.ToUInt32(bytes),
        (4, false) => BinaryPrimitives.ReadUInt32BigEndian(bytes),
        _ => 0,
    };

    private static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> bytes, int offset, int length) =>
        offset >= bytes.Length ? [] : bytes.Slice(offset, int.Min(length, bytes.Length - offset));
}
