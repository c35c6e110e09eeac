using System.Buffers.Binary;
using System.Text;
using Weft.Model;

namespace Weft.Netlink.Protocol;

/// <summary>Walks attributes and reads their values. It never throws: a wrong length yields zero and is noted in the shared error.</summary>
/// <remarks>
/// <code>
/// while (attributes.MoveNext())
///     switch (attributes.Type) { case Ifla.Mtu: mtu = attributes.U32(); break; … }
/// error.ThrowIfAny("list links");
/// </code>
/// A longer integer than asked for is an error too: that is how a changed kernel structure shows itself.
/// </remarks>
public ref struct AttributeReader
{
    private const ushort TypeMask = 0x3FFF;
    private readonly ref DecodeError _error;
    private ReadOnlySpan<byte> _rest;

    /// <summary>Reads attributes from <paramref name="bytes"/> and notes problems in <paramref name="error"/>.</summary>
    public AttributeReader(ReadOnlySpan<byte> bytes, ref DecodeError error)
    {
        _rest = bytes;
        _error = ref error;
    }

    /// <summary>The type, without the flags for nesting and byte order.</summary>
    public ushort Type { get; private set; }

    /// <summary>The raw payload.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Goes to the next attribute; false at the end.</summary>
    public bool MoveNext()
    {
        if (_rest.Length < 4)
        {
            if (!_rest.IsEmpty)
                Fail("stray bytes after the last attribute");
            return false;
        }

        int length = Native.ReadUInt16(_rest);
        if (length < 4 || length > _rest.Length)
        {
            Fail("an attribute's length lies outside of its message");
            return false;
        }

        Type = (ushort)(Native.ReadUInt16(_rest[2..]) & TypeMask);
        Value = _rest[4..length];
        _rest = _rest[Math.Min(NetlinkWriter.Align(length), _rest.Length)..];
        return true;
    }

    /// <summary>One byte.</summary>
    public readonly byte U8() => Sized(1) ? Value[0] : (byte)0;

    /// <summary>16 bits.</summary>
    public readonly ushort U16() => Sized(2) ? Native.ReadUInt16(Value) : (ushort)0;

    /// <summary>32 bits.</summary>
    public readonly uint U32() => Sized(4) ? Native.ReadUInt32(Value) : 0;

    /// <summary>32 bits, signed.</summary>
    public readonly int I32() => Sized(4) ? Native.ReadInt32(Value) : 0;

    /// <summary>64 bits.</summary>
    public readonly ulong U64() => Sized(8) ? Native.ReadUInt64(Value) : 0;

    /// <summary>16 bits in network order.</summary>
    public readonly ushort U16BigEndian() => Sized(2) ? BinaryPrimitives.ReadUInt16BigEndian(Value) : (ushort)0;

    /// <summary>32 bits in network order.</summary>
    public readonly uint U32BigEndian() => Sized(4) ? BinaryPrimitives.ReadUInt32BigEndian(Value) : 0;

    /// <summary>64 bits in network order.</summary>
    public readonly ulong U64BigEndian() => Sized(8) ? BinaryPrimitives.ReadUInt64BigEndian(Value) : 0;

    /// <summary>Text up to its NUL, or to the end where there is none.</summary>
    public readonly string Text()
    {
        var end = Value.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? Value : Value[..end]);
    }

    /// <summary>4 or 16 bytes of an address.</summary>
    public readonly IpAddress Address()
    {
        if (Value.Length is 4 or 16)
            return IpAddress.Read(Value);
        Fail("an address has neither 4 nor 16 bytes");
        return default;
    }

    /// <summary>A hardware address; null where the link has none of Ethernet's length (tunnels use 4 or 16 bytes).</summary>
    public readonly MacAddress? Mac() => Value.Length == MacAddress.Length ? MacAddress.Read(Value) : null;

    /// <summary>A reader of the attributes inside this one.</summary>
    public readonly AttributeReader Nested() => new(Value, ref _error);

    /// <summary>A reader of the attributes inside this one, behind a fixed header.</summary>
    public readonly AttributeReader NestedAfter(int headerLength)
    {
        if (Value.Length >= headerLength)
            return new AttributeReader(Value[headerLength..], ref _error);
        Fail("a nested header is cut short");
        return new AttributeReader([], ref _error);
    }

    /// <summary>Notes that the value makes no sense to the caller.</summary>
    public readonly void Fail(string what) => _error.Report(what);

    private readonly bool Sized(int length)
    {
        if (Value.Length == length)
            return true;
        Fail($"attribute {Type} has {Value.Length} bytes instead of {length}");
        return false;
    }
}
