using System.Buffers.Binary;
using System.Text;

namespace Weft.Model.Nftables;

/// <summary>A constant as the kernel's registers hold it: what sets are keyed with and expressions are compared to.</summary>
/// <remarks>
/// Network order for addresses, ports and protocol numbers; the machine's order for marks and other host values. In a concatenation every part is
/// padded with zeros to 4 bytes. Immutable; equality and order are those of the bytes. Encoding copies them as they are.
/// </remarks>
public readonly struct NftData : IEquatable<NftData>, IComparable<NftData>
{
    /// <summary>The most that a set's key can hold (NFT_DATA_VALUE_MAXLEN).</summary>
    public const int MaxLength = 64;

    /// <summary>Length of an interface name in a register (IFNAMSIZ).</summary>
    public const int NameLength = 16;

    private readonly byte[]? _bytes;

    private NftData(byte[] bytes) => _bytes = bytes;

    /// <summary>The bytes as they go to the kernel.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Number of bytes.</summary>
    public int Length => _bytes?.Length ?? 0;

    /// <summary>Copies raw bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Longer than <see cref="MaxLength"/>.</exception>
    public static NftData Raw(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, MaxLength);
        return new NftData(bytes.ToArray());
    }

    /// <summary>An address, 4 or 16 bytes.</summary>
    public static NftData Of(IpAddress address) => new(address.ToBytes());

    /// <summary>A hardware address, 6 bytes.</summary>
    public static NftData Of(MacAddress address)
    {
        var bytes = new byte[MacAddress.Length];
        address.Write(bytes);
        return new NftData(bytes);
    }

    /// <summary>One byte: a protocol number, an ICMP type.</summary>
    public static NftData Byte(byte value) => new([value]);

    /// <summary>Two bytes in network order: a port, an ether type, an ARP operation.</summary>
    public static NftData Big16(ushort value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return new NftData(bytes);
    }

    /// <summary>Four bytes in the machine's order: a mark, an index, conntrack state bits.</summary>
    public static NftData Host32(uint value) => new(BitConverter.GetBytes(value));

    /// <summary>Two bytes in the machine's order: a hardware type.</summary>
    public static NftData Host16(ushort value) => new(BitConverter.GetBytes(value));

    /// <summary>An interface name, padded to 16 bytes; <c>veth*</c> becomes the bare prefix, which compares fewer bytes.</summary>
    /// <exception cref="ArgumentException">The name is empty or longer than 15 characters.</exception>
    public static NftData Name(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var prefix = name.EndsWith('*');
        var text = prefix ? name[..^1] : name;
        var length = Encoding.UTF8.GetByteCount(text);
        if (length is 0 or >= NameLength)
            throw new ArgumentException($"'{name}' is not an interface name of 1 to 15 bytes", nameof(name));
        var bytes = new byte[prefix ? length : NameLength];
        Encoding.UTF8.GetBytes(text, bytes);
        return new NftData(bytes);
    }

    /// <summary>The concatenation of <paramref name="parts"/>, each padded to whole registers.</summary>
    /// <exception cref="ArgumentException">More than <see cref="MaxLength"/> bytes.</exception>
    public static NftData Concat(params ReadOnlySpan<NftData> parts)
    {
        var length = 0;
        foreach (var part in parts)
            length += (part.Length + 3) & ~3;
        if (length > MaxLength)
            throw new ArgumentException($"a key has at most {MaxLength} bytes, not {length}", nameof(parts));
        var bytes = new byte[length];
        var offset = 0;
        foreach (var part in parts)
        {
            part.Bytes.CopyTo(bytes.AsSpan(offset));
            offset += (part.Length + 3) & ~3;
        }

        return new NftData(bytes);
    }

    /// <inheritdoc/>
    public bool Equals(NftData other) => ReferenceEquals(_bytes, other._bytes) || Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is NftData other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public int CompareTo(NftData other) => ReferenceEquals(_bytes, other._bytes) ? 0 : Bytes.SequenceCompareTo(other.Bytes);

    /// <summary>Whether the bytes are the same.</summary>
    public static bool operator ==(NftData left, NftData right) => left.Equals(right);

    /// <summary>Whether the bytes differ.</summary>
    public static bool operator !=(NftData left, NftData right) => !left.Equals(right);

    /// <summary>Order of the bytes.</summary>
    public static bool operator <(NftData left, NftData right) => left.CompareTo(right) < 0;

    /// <summary>Order of the bytes.</summary>
    public static bool operator >(NftData left, NftData right) => left.CompareTo(right) > 0;

    /// <summary>Order of the bytes.</summary>
    public static bool operator <=(NftData left, NftData right) => left.CompareTo(right) <= 0;

    /// <summary>Order of the bytes.</summary>
    public static bool operator >=(NftData left, NftData right) => left.CompareTo(right) >= 0;

    /// <summary>Hexadecimal, for messages; the printer knows types and does better.</summary>
    public override string ToString() => $"0x{Convert.ToHexStringLower(Bytes)}";
}
