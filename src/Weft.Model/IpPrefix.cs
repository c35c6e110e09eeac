using System.Globalization;

namespace Weft.Model;

/// <summary>A CIDR block: a network address without host bits and a prefix length.</summary>
public readonly record struct IpPrefix : IComparable<IpPrefix>, ISpanFormattable
{
    /// <summary>Makes a block and clears the host bits of <paramref name="address"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative or beyond the family's.</exception>
    public IpPrefix(IpAddress address, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, address.BitLength);
        var bits = address.Bits & ~HostMask(address.BitLength, length);
        Network = address.IsV6 ? IpAddress.V6(bits) : IpAddress.V4((uint)bits);
        Length = length;
    }

    /// <summary>The first address.</summary>
    public IpAddress Network { get; }

    /// <summary>Number of network bits.</summary>
    public int Length { get; }

    /// <summary>Whether this is an IPv6 block.</summary>
    public bool IsV6 => Network.IsV6;

    /// <summary>Number of host bits.</summary>
    public int HostBits => Network.BitLength - Length;

    /// <summary>The last address: for IPv4 subnets the broadcast address.</summary>
    public IpAddress Last
    {
        get
        {
            var bits = Network.Bits | HostMask(Network.BitLength, Length);
            return IsV6 ? IpAddress.V6(bits) : IpAddress.V4((uint)bits);
        }
    }

    /// <summary>0.0.0.0/0.</summary>
    public static IpPrefix AnyV4 => default;

    /// <summary>::/0.</summary>
    public static IpPrefix AnyV6 => new(IpAddress.V6(0), 0);

    /// <summary>The block that holds just this address.</summary>
    public static IpPrefix Host(IpAddress address) => new(address, address.BitLength);

    /// <summary>Whether the address lies in this block.</summary>
    public bool Contains(IpAddress address) =>
        address.IsV6 == IsV6 && (address.Bits & ~HostMask(Network.BitLength, Length)) == Network.Bits;

    /// <summary>Whether the whole of <paramref name="other"/> lies in this block.</summary>
    public bool Contains(IpPrefix other) => other.Length >= Length && Contains(other.Network);

    /// <summary>Whether the two share an address.</summary>
    public bool Overlaps(IpPrefix other) => Contains(other) || other.Contains(this);

    /// <summary>The address at <paramref name="index"/>, counted from the network address.</summary>
    public IpAddress AddressAt(UInt128 index) => Network.Add((Int128)index);

    /// <summary>The sub-block number <paramref name="index"/> of the given length.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is shorter than this block's, or the index beyond its last sub-block.</exception>
    public IpPrefix Subnet(int length, UInt128 index)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Network.BitLength);
        if (length - Length < 128)
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, UInt128.One << (length - Length));
        return new IpPrefix(Network.Add((Int128)(index << (Network.BitLength - length))), length);
    }

    /// <summary>Parses <c>10.0.0.0/8</c>; host bits are cleared.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out IpPrefix prefix) => TryParse(text, out prefix, out _);

    /// <summary>Parses <c>10.0.0.1/8</c> and also returns the address as written, host bits included.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out IpPrefix prefix, out IpAddress address)
    {
        prefix = default;
        address = default;
        var slash = text.IndexOf('/');
        if (slash < 0 || !IpAddress.TryParse(text[..slash], out address))
            return false;
        var digits = text[(slash + 1)..];
        if (digits.Length is 0 or > 3 || (digits.Length > 1 && digits[0] == '0'))
            return false;
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > address.BitLength)
            return false;
        prefix = new IpPrefix(address, length);
        return true;
    }

    /// <summary>Parses <c>10.0.0.0/8</c>; host bits are cleared.</summary>
    /// <exception cref="FormatException">The text is not an address, a slash and a length.</exception>
    public static IpPrefix Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var prefix) ? prefix : throw new FormatException($"'{text}' is not a CIDR block such as 10.244.0.0/16");

    /// <inheritdoc/>
    public int CompareTo(IpPrefix other)
    {
        var order = Network.CompareTo(other.Network);
        return order != 0 ? order : Length.CompareTo(other.Length);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Network}/{Length.ToString(CultureInfo.InvariantCulture)}";

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        destination.TryWrite(provider, $"{ToString()}", out charsWritten);

    private static UInt128 HostMask(int bits, int length) =>
        bits == length ? UInt128.Zero : UInt128.MaxValue >> (128 - (bits - length));
}
