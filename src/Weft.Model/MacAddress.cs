using System.Globalization;

namespace Weft.Model;

/// <summary>A 48-bit Ethernet hardware address.</summary>
/// <param name="Value">The six bytes in the low 48 bits, first byte highest.</param>
public readonly record struct MacAddress(ulong Value) : ISpanFormattable
{
    /// <summary>Number of bytes on the wire.</summary>
    public const int Length = 6;

    /// <summary>Reads six bytes.</summary>
    public static MacAddress Read(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Length);
        ulong value = 0;
        foreach (var part in bytes)
            value = (value << 8) | part;
        return new MacAddress(value);
    }

    /// <summary>Writes six bytes.</summary>
    public void Write(Span<byte> destination)
    {
        for (var i = 0; i < Length; i++)
            destination[i] = (byte)(Value >> (8 * (Length - 1 - i)));
    }

    /// <summary>Parses <c>02:00:5e:10:00:01</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out MacAddress address)
    {
        address = default;
        if (text.Length != 17)
            return false;
        ulong value = 0;
        for (var i = 0; i < Length; i++)
        {
            if (i > 0 && text[(i * 3) - 1] != ':')
                return false;
            if (!byte.TryParse(text.Slice(i * 3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var part))
                return false;
            value = (value << 8) | part;
        }

        address = new MacAddress(value);
        return true;
    }

    /// <summary>Parses <c>02:00:5e:10:00:01</c>.</summary>
    /// <exception cref="FormatException">The text is not six pairs of hexadecimal digits separated by colons.</exception>
    public static MacAddress Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is not a MAC address such as 02:00:5e:10:00:01");

    /// <inheritdoc/>
    public override string ToString() => $"{this}";

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => $"{this}";

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        destination.TryWrite(
            CultureInfo.InvariantCulture,
            $"{(byte)(Value >> 40):x2}:{(byte)(Value >> 32):x2}:{(byte)(Value >> 24):x2}:{(byte)(Value >> 16):x2}:{(byte)(Value >> 8):x2}:{(byte)Value:x2}",
            out charsWritten);
}
