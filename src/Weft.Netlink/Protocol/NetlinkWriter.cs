using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Weft.Model;

namespace Weft.Netlink.Protocol;

/// <summary>Writes netlink messages into the caller's span; lengths, padding and growth are its business alone.</summary>
/// <remarks>
/// <code>
/// struct nlmsghdr { __u32 len; __u16 type; __u16 flags; __u32 seq; __u32 pid; }   // linux/netlink.h
/// struct nlattr   { __u16 len; __u16 type; }  payload, padded to 4 bytes; len counts header and payload, not the padding
/// </code>
/// Integers are in the byte order of the host unless the method says otherwise. When the span is full a larger buffer is rented;
/// <see cref="Dispose"/> gives it back, so hold a writer in a <c>using var</c>. Sequence numbers are the socket's business.
/// </remarks>
public ref struct NetlinkWriter(Span<byte> initial) : IDisposable
{
    internal const int HeaderLength = 16;
    private const int AttributeHeaderLength = 4;
    private const ushort NestedFlag = 0x8000;

    private Span<byte> _buffer = initial;
    private byte[]? _rented;
    private int _length;
    private int _message = -1;

    /// <summary>Number of bytes written so far.</summary>
    public readonly int Length => _length;

    /// <summary>Starts a message; the one before it ends here.</summary>
    public void Begin(ushort type, ushort flags)
    {
        EndMessage();
        _message = _length;
        var header = Reserve(HeaderLength);
        Native.WriteUInt16(header[4..], type);
        Native.WriteUInt16(header[6..], flags);
    }

    /// <summary>Ends the last message and returns everything written.</summary>
    public Span<byte> Complete()
    {
        EndMessage();
        return _buffer[.._length];
    }

    /// <summary>Makes room for a fixed header of the protocol, zeroed.</summary>
    public Span<byte> Reserve(int length)
    {
        var start = _length;
        Ensure(Align(length));
        _length += Align(length);
        var span = _buffer[start.._length];
        span.Clear();
        return span[..length];
    }

    /// <summary>Opens a nest; the returned mark closes it.</summary>
    public int Open(ushort type)
    {
        var mark = _length;
        Attribute((ushort)(type | NestedFlag), 0);
        return mark;
    }

    /// <summary>Opens a nest without the NLA_F_NESTED flag, for the old corners of the kernel that reject it.</summary>
    public int OpenPlain(ushort type)
    {
        var mark = _length;
        Attribute(type, 0);
        return mark;
    }

    /// <summary>Closes the nest that <paramref name="mark"/> opened: its length is everything since.</summary>
    /// <exception cref="InvalidOperationException">The nest is longer than the 65,535 bytes that its length field can say.</exception>
    public readonly void Close(int mark)
    {
        var length = _length - mark;
        if (length > ushort.MaxValue)
            ThrowTooLong(length);
        Native.WriteUInt16(_buffer[mark..], (ushort)length);
    }

    /// <summary>An attribute that is there or not.</summary>
    public void PutFlag(ushort type) => Attribute(type, 0);

    /// <summary>One byte.</summary>
    public void PutU8(ushort type, byte value) => Attribute(type, 1)[0] = value;

    /// <summary>16 bits.</summary>
    public void PutU16(ushort type, ushort value) => Native.WriteUInt16(Attribute(type, 2), value);

    /// <summary>32 bits.</summary>
    public void PutU32(ushort type, uint value) => Native.WriteUInt32(Attribute(type, 4), value);

    /// <summary>64 bits.</summary>
    public void PutU64(ushort type, ulong value) => Native.WriteUInt64(Attribute(type, 8), value);

    /// <summary>16 bits in network order.</summary>
    public void PutU16BigEndian(ushort type, ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Attribute(type, 2), value);

    /// <summary>32 bits in network order.</summary>
    public void PutU32BigEndian(ushort type, uint value) => BinaryPrimitives.WriteUInt32BigEndian(Attribute(type, 4), value);

    /// <summary>64 bits in network order.</summary>
    public void PutU64BigEndian(ushort type, ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Attribute(type, 8), value);

    /// <summary>Raw bytes.</summary>
    public void PutBytes(ushort type, scoped ReadOnlySpan<byte> value) => value.CopyTo(Attribute(type, value.Length));

    /// <summary>Room for raw bytes, zeroed, to be filled by the caller before the next call.</summary>
    public Span<byte> PutRoom(ushort type, int length) => Attribute(type, length);

    /// <summary>Text with the NUL at its end that the kernel expects.</summary>
    public void PutString(ushort type, scoped ReadOnlySpan<char> text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Encoding.UTF8.GetBytes(text, Attribute(type, length + 1));
    }

    /// <summary>4 or 16 bytes in network order.</summary>
    public void PutAddress(ushort type, IpAddress address) => address.Write(Attribute(type, address.ByteLength));

    /// <summary>Six bytes.</summary>
    public void PutMac(ushort type, MacAddress address) => address.Write(Attribute(type, MacAddress.Length));

    /// <summary>Appends messages or attributes that were written elsewhere, as they are.</summary>
    public void Append(scoped ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    /// <summary>Gives a rented buffer back. What <see cref="Complete"/> returned is invalid from here on.</summary>
    public void Dispose()
    {
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
        this = default;
    }

    internal static int Align(int length) => (length + 3) & ~3;

    private Span<byte> Attribute(ushort type, int payload)
    {
        if (payload > ushort.MaxValue - AttributeHeaderLength)
            ThrowTooLong(payload);
        var span = Reserve(AttributeHeaderLength + payload);
        Native.WriteUInt16(span, (ushort)span.Length);
        Native.WriteUInt16(span[2..], type);
        return span[AttributeHeaderLength..];
    }

    private void EndMessage()
    {
        if (_message >= 0)
            Native.WriteUInt32(_buffer[_message..], (uint)(_length - _message));
        _message = -1;
    }

    private void Ensure(int more)
    {
        if (_length + more > _buffer.Length)
            Grow(more);
    }

    private void Grow(int more)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_length + more, _buffer.Length * 2));
        _buffer[.._length].CopyTo(larger);
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
        _rented = larger;
        _buffer = larger;
    }

    [DoesNotReturn]
    private static void ThrowTooLong(int length) =>
        throw new InvalidOperationException($"a netlink attribute holds at most 65,531 bytes, not {length}: split it over several messages");
}
