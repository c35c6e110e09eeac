using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Weft.Model;

/// <summary>An IPv4 or IPv6 address as a plain value: no allocation, cheap to compare, hash and sort.</summary>
/// <remarks>
/// IPv4 sorts before IPv6. The default value is 0.0.0.0. Scope ids are not carried. Text follows RFC 5952; parsing accepts what
/// Kubernetes accepts: no leading zeros, no shortened IPv4, no IPv4-mapped IPv6.
/// </remarks>
public readonly struct IpAddress : IEquatable<IpAddress>, IComparable<IpAddress>, ISpanFormattable
{
    private readonly UInt128 _bits;

    private IpAddress(UInt128 bits, bool isV6)
    {
        _bits = bits;
        IsV6 = isV6;
    }

    /// <summary>Whether this is an IPv6 address.</summary>
    public bool IsV6 { get; }

    /// <summary>32 or 128.</summary>
    public int BitLength => IsV6 ? 128 : 32;

    /// <summary>4 or 16: the length on the wire.</summary>
    public int ByteLength => IsV6 ? 16 : 4;

    /// <summary>The address as a number in the low <see cref="BitLength"/> bits.</summary>
    public UInt128 Bits => _bits;

    /// <summary>Whether this is 0.0.0.0 or ::.</summary>
    public bool IsUnspecified => _bits == 0;

    /// <summary>Whether this is in 127.0.0.0/8 or ::1.</summary>
    public bool IsLoopback => IsV6 ? _bits == 1 : (uint)_bits >> 24 == 127;

    /// <summary>Whether this is in 169.254.0.0/16 or fe80::/10.</summary>
    public bool IsLinkLocal => IsV6 ? (_bits >> 118) == 0x3FA : (uint)_bits >> 16 == 0xA9FE;

    /// <summary>Whether this is in 224.0.0.0/4 or ff00::/8.</summary>
    public bool IsMulticast => IsV6 ? (_bits >> 120) == 0xFF : (uint)_bits >> 28 == 0xE;

    /// <summary>An IPv4 address from its number, first byte highest.</summary>
    public static IpAddress V4(uint bits) => new(bits, isV6: false);

    /// <summary>An IPv6 address from its number, first byte highest.</summary>
    public static IpAddress V6(UInt128 bits) => new(bits, isV6: true);

    /// <summary>Reads 4 or 16 bytes in network order.</summary>
    public static IpAddress Read(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        4 => V4(BinaryPrimitives.ReadUInt32BigEndian(bytes)),
        16 => V6(BinaryPrimitives.ReadUInt128BigEndian(bytes)),
        _ => throw new ArgumentException($"an address has 4 or 16 bytes, not {bytes.Length}", nameof(bytes)),
    };

    /// <summary>Writes <see cref="ByteLength"/> bytes in network order.</summary>
    public void Write(Span<byte> destination)
    {
        if (IsV6)
            BinaryPrimitives.WriteUInt128BigEndian(destination, _bits);
        else
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)_bits);
    }

    /// <summary>The address in network order, as a new array.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[ByteLength];
        Write(bytes);
        return bytes;
    }

    /// <summary>From the framework's type; IPv4-mapped IPv6 becomes IPv4.</summary>
    public static IpAddress From(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return Read(bytes[..length]);
    }

    /// <summary>To the framework's type, for sockets.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        Write(bytes);
        return new IPAddress(bytes[..ByteLength]);
    }

    /// <summary>Parses the text form.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out IpAddress address)
    {
        address = default;
        if (text.IsEmpty || text.Contains('%') || text.Contains('['))
            return false;
        if (!text.Contains(':'))
            return TryParseV4(text, out address);
        if (!IPAddress.TryParse(text, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetworkV6 || parsed.IsIPv4MappedToIPv6)
            return false;
        address = From(parsed);
        return true;
    }

    /// <summary>Parses the text form.</summary>
    /// <exception cref="FormatException">The text is not an address.</exception>
    public static IpAddress Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is not an IP address");

    /// <summary>The address <paramref name="offset"/> further on, within the family.</summary>
    /// <exception cref="OverflowException">The sum lies beyond the family's last address.</exception>
    public IpAddress Add(Int128 offset)
    {
        var sum = checked(offset < 0 ? _bits - (UInt128)(-offset) : _bits + (UInt128)offset);
        return IsV6 ? V6(sum) : V4(checked((uint)sum));
    }

    /// <inheritdoc/>
    public bool Equals(IpAddress other) => _bits == other._bits && IsV6 == other.IsV6;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is IpAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => IsV6 ? HashCode.Combine((ulong)(_bits >> 64), (ulong)_bits) : HashCode.Combine((uint)_bits);

    /// <inheritdoc/>
    public int CompareTo(IpAddress other) => IsV6 == other.IsV6 ? _bits.CompareTo(other._bits) : IsV6.CompareTo(other.IsV6);

    /// <inheritdoc/>
    public override string ToString() => IsV6
        ? ToIPAddress().ToString()
        : string.Create(CultureInfo.InvariantCulture, $"{(byte)(_bits >> 24)}.{(byte)(_bits >> 16)}.{(byte)(_bits >> 8)}.{(byte)_bits}");

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        destination.TryWrite(provider, $"{ToString()}", out charsWritten);

    /// <summary>Whether both are the same address of the same family.</summary>
    public static bool operator ==(IpAddress left, IpAddress right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(IpAddress left, IpAddress right) => !left.Equals(right);

    /// <summary>Order of <see cref="CompareTo"/>.</summary>
    public static bool operator <(IpAddress left, IpAddress right) => left.CompareTo(right) < 0;

    /// <summary>Order of <see cref="CompareTo"/>.</summary>
    public static bool operator >(IpAddress left, IpAddress right) => left.CompareTo(right) > 0;

    /// <summary>Order of <see cref="CompareTo"/>.</summary>
    public static bool operator <=(IpAddress left, IpAddress right) => left.CompareTo(right) <= 0;

    /// <summary>Order of <see cref="CompareTo"/>.</summary>
    public static bool operator >=(IpAddress left, IpAddress right) => left.CompareTo(right) >= 0;

    private static bool TryParseV4(ReadOnlySpan<char> text, out IpAddress address)
    {
        address = default;
        uint bits = 0;
        var parts = 0;
        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            if (++parts > 4 || part.Length is 0 or > 3 || (part.Length > 1 && part[0] == '0'))
                return false;
            if (!byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                return false;
            bits = (bits << 8) | value;
        }

        address = V4(bits);
        return parts == 4;
    }
}
