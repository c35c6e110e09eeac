using System.Buffers.Binary;

namespace Weft.ApiServer.Protobuf;

/// <summary>Reads protobuf's wire format: tags, then varints, fixed words or length-prefixed bytes.</summary>
/// <remarks>Source: protobuf.dev, "Encoding".</remarks>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>The next field: its number, and its value as a number or as bytes.</summary>
    /// <exception cref="FormatException">The bytes end early or have a wire type of old.</exception>
    public WireField Next()
    {
        var tag = Varint();
        var number = tag >> 3 is > 0 and <= int.MaxValue ? (int)(tag >> 3) : throw Malformed();
        switch (tag & 7)
        {
            case 0:
                return new(number, Varint(), [], isBytes: false);
            case 1:
                return new(number, BinaryPrimitives.ReadUInt64LittleEndian(Take(8)), [], isBytes: false);
            case 2:
                var length = Varint();
                return new(number, 0, Take(length <= (ulong)_rest.Length ? (int)length : throw Malformed()), isBytes: true);
            case 5:
                return new(number, BinaryPrimitives.ReadUInt32LittleEndian(Take(4)), [], isBytes: false);
            default:
                throw Malformed();
        }
    }

    public static FormatException Malformed() => new("the protobuf message is malformed");

    private ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var next = Take(1)[0];
            value |= shift < 64 ? (ulong)(next & 0x7F) << shift : 0;
            if (next < 0x80)
                return value;
        }
        throw Malformed();
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
            throw Malformed();
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}

internal readonly ref struct WireField(int number, ulong value, ReadOnlySpan<byte> bytes, bool isBytes)
{
    public int Number { get; } = number;

    public ulong Value { get; } = value;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public bool IsBytes { get; } = isBytes;
}
