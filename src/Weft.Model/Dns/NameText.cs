using System.Globalization;
using System.Text;

namespace Weft.Model.Dns;

/// <summary>Names as zone files write them (RFC 1035, section 5.1).</summary>
internal static class NameText
{
    /// <summary>Writes the name's bytes; null, or what is wrong with the text.</summary>
    public static string? Read(string text, Span<byte> wire, out int length)
    {
        (length, var start) = (1, 0);
        wire[0] = 0;
        if (text == ".")
            return null;
        if (text.Length == 0)
            return "a name is empty; the root is '.'";
        for (var at = 0; at < text.Length;)
        {
            var character = text[at];
            if (character == '.')
            {
                if (length == start + 1)
                    return $"'{text}' has an empty label";
                if (++at == text.Length)
                    break;
                start = length++;
                if (length >= DnsName.MaxLength)
                    return TooLong(text);
                wire[start] = 0;
                continue;
            }

            if (ReadByte(text, ref at) is not { } value)
                return $"'{text}' has a '{character}' at {at}, which no name can hold; names have ASCII characters, others as \\DDD or in Punycode";
            if (length - start > DnsName.MaxLabelLength)
                return $"'{text}' has a label of more than {DnsName.MaxLabelLength} bytes";
            if (length >= DnsName.MaxLength - 1)
                return TooLong(text);
            wire[length++] = value;
            wire[start]++;
        }

        wire[length++] = 0;
        return null;
    }

    /// <summary>The text, with its last dot.</summary>
    public static string Write(ReadOnlySpan<byte> wire)
    {
        if (wire[0] == 0)
            return ".";
        var text = new StringBuilder(wire.Length);
        for (; wire[0] != 0; wire = NameBytes.Parent(wire))
        {
            foreach (var one in NameBytes.FirstLabel(wire))
                Write(text, one);
            text.Append('.');
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, byte one)
    {
        if (one is (byte)'.' or (byte)'\\' or (byte)'"' or (byte)';' or (byte)'@' or (byte)'$' or (byte)'(' or (byte)')')
            text.Append('\\').Append((char)one);
        else if (one is > 0x20 and < 0x7F)
            text.Append((char)one);
        else
            text.Append(CultureInfo.InvariantCulture, $"\\{one:D3}");
    }

    private static byte? ReadByte(string text, ref int at)
    {
        if (text[at] != '\\')
            return text[at] is > ' ' and < '\x7F' ? (byte)text[at++] : null;
        if (at + 3 < text.Length && char.IsAsciiDigit(text[at + 1]))
        {
            if (!byte.TryParse(text.AsSpan(at + 1, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                return null;
            at += 4;
            return value;
        }

        if (at + 1 >= text.Length || char.IsAsciiDigit(text[at + 1]) || text[at + 1] is <= ' ' or >= '\x7F')
            return null;
        at += 2;
        return (byte)text[at - 1];
    }

    private static string TooLong(string text) => $"'{text}' is longer than the {DnsName.MaxLength} bytes that a name can have";
}
