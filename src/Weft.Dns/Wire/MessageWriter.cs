using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Weft.Model.Dns;

namespace Weft.Dns.Wire;

/// <summary>Writes a message into the caller's buffer and compresses the names in it; nothing allocates.</summary>
/// <remarks>
/// Each part is written whole or not at all: a method returns false when the buffer, which is as long as the client takes, has no room for it.
/// Names that were written before are pointed at whatever their case, so that the owner of an answer has the case of the question.
/// </remarks>
public ref struct MessageWriter
{
    private readonly Span<byte> _whole;
    private Span<byte> _buffer;
    private Places _places;
    private int _placeCount;

    /// <summary>Begins a message; its header is written by <see cref="Finish"/>.</summary>
    /// <param name="buffer">Where it goes; at least <see cref="DnsHeader.Length"/> bytes.</param>
    /// <param name="reserve">How many bytes at its end are kept until <see cref="Release"/>: for what must be said whatever else has room.</param>
    public MessageWriter(Span<byte> buffer, int reserve = 0)
    {
        _whole = buffer;
        _buffer = buffer[..Math.Max(DnsHeader.Length, buffer.Length - reserve)];
        Length = DnsHeader.Length;
    }

    /// <summary>How many bytes are written.</summary>
    public int Length { get; private set; }

    /// <summary>Lets the last parts use what was kept for them.</summary>
    public void Release() => _buffer = _whole;

    /// <summary>Writes the header over the beginning, and returns the message.</summary>
    public readonly Span<byte> Finish(scoped in DnsHeader header)
    {
        header.Write(_whole);
        return _whole[..Length];
    }

    /// <summary>Writes a question.</summary>
    public bool TryWriteQuestion(scoped ReadOnlySpan<byte> name, DnsType type, DnsClass recordClass = DnsClass.IN)
    {
        var (start, places) = (Length, _placeCount);
        return (TryWriteName(name) && TryWrite((ushort)type, (ushort)recordClass)) || Undo(start, places);
    }

    /// <summary>Writes a record whose data is bytes as they are.</summary>
    /// <param name="ttl">Seconds.</param>
    public bool TryWriteRecord(scoped ReadOnlySpan<byte> owner, DnsType type, uint ttl, scoped ReadOnlySpan<byte> data, DnsClass recordClass = DnsClass.IN)
    {
        var (start, places) = (Length, _placeCount);
        if (!TryOpen(owner, type, ttl, recordClass, out var open) || _buffer.Length - Length < data.Length)
            return Undo(start, places);
        data.CopyTo(_buffer[Length..]);
        Length += data.Length;
        Close(open);
        return true;
    }

    /// <summary>Writes a record whose data is bytes, and a name behind them: CNAME, NS and PTR without bytes, MX and SRV with them.</summary>
    /// <remarks>The name of SRV and of all types younger than RFC 3597 stays whole, because it says so in section 4.</remarks>
    public bool TryWriteNameRecord(scoped ReadOnlySpan<byte> owner, DnsType type, uint ttl, scoped ReadOnlySpan<byte> data, scoped ReadOnlySpan<byte> name)
    {
        var (start, places) = (Length, _placeCount);
        if (!TryOpen(owner, type, ttl, DnsClass.IN, out var open) || _buffer.Length - Length < data.Length)
            return Undo(start, places);
        data.CopyTo(_buffer[Length..]);
        Length += data.Length;
        if (!(type is DnsType.SRV or DnsType.DNAME ? TryWriteWhole(name) : TryWriteName(name)))
            return Undo(start, places);
        Close(open);
        return true;
    }

    /// <summary>Writes the start of a zone (RFC 1035, section 3.3.13).</summary>
    public bool TryWriteSoa(scoped ReadOnlySpan<byte> owner, uint ttl, scoped ReadOnlySpan<byte> server, scoped ReadOnlySpan<byte> mailbox, in SoaTimes times)
    {
        var (start, places) = (Length, _placeCount);
        if (!TryOpen(owner, DnsType.SOA, ttl, DnsClass.IN, out var open) || !TryWriteName(server) || !TryWriteName(mailbox) || _buffer.Length - Length < 20)
            return Undo(start, places);
        times.Write(_buffer[Length..]);
        Length += 20;
        Close(open);
        return true;
    }

    private bool TryOpen(scoped ReadOnlySpan<byte> owner, DnsType type, uint ttl, DnsClass recordClass, out int open)
    {
        open = 0;
        if (!TryWriteName(owner) || !TryWrite((ushort)type, (ushort)recordClass) || _buffer.Length - Length < 6)
            return false;
        BinaryPrimitives.WriteUInt32BigEndian(_buffer[Length..], ttl);
        open = Length + 4;
        Length += 6;
        return true;
    }

    private readonly void Close(int open) => BinaryPrimitives.WriteUInt16BigEndian(_buffer[open..], (ushort)(Length - open - 2));

    private bool TryWriteName(scoped ReadOnlySpan<byte> name)
    {
        var known = _placeCount;
        for (; name[0] != 0; name = NameBytes.Parent(name))
        {
            if (Find(name, known) is var place and >= 0)
                return TryWrite((ushort)(WireName.Pointer << 8 | place));
            if (_buffer.Length - Length < 1 + name[0])
                return false;
            if (_placeCount < Places.Count && Length <= WireName.Farthest)
                _places[_placeCount++] = (ushort)Length;
            name[..(1 + name[0])].CopyTo(_buffer[Length..]);
            Length += 1 + name[0];
        }

        return TryWriteWhole([0]);
    }

    private readonly int Find(scoped ReadOnlySpan<byte> name, int known)
    {
        for (var i = 0; i < known; i++)
        {
            if (WireName.Matches(_buffer, _places[i], name))
                return _places[i];
        }

        return -1;
    }

    private bool TryWriteWhole(scoped ReadOnlySpan<byte> name)
    {
        if (_buffer.Length - Length < name.Length)
            return false;
        name.CopyTo(_buffer[Length..]);
        Length += name.Length;
        return true;
    }

    private bool TryWrite(ushort first)
    {
        if (_buffer.Length - Length < 2)
            return false;
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[Length..], first);
        Length += 2;
        return true;
    }

    private bool TryWrite(ushort first, ushort second) => TryWrite(first) && TryWrite(second);

    private bool Undo(int start, int places)
    {
        (Length, _placeCount) = (start, places);
        return false;
    }

    /// <summary>Where labels of names begin that later names may point at.</summary>
    [InlineArray(Count)]
    private struct Places
    {
        public const int Count = 32;
        private ushort _first;
    }
}

/// <summary>The numbers of a zone's start (RFC 1035, section 3.3.13); all but the first are seconds.</summary>
/// <param name="Minimum">How long others may remember that a name does not exist (RFC 2308).</param>
public readonly record struct SoaTimes(uint Serial, uint Refresh, uint Retry, uint Expire, uint Minimum)
{
    /// <summary>Writes the twenty bytes that they take.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Serial);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], Refresh);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], Retry);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[12..], Expire);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[16..], Minimum);
    }
}
