using System.Buffers.Binary;
using Weft.Model.Dns;

namespace Weft.Dns.Wire;

/// <summary>A question of a message.</summary>
/// <param name="NameLength">How many bytes of the caller's buffer its name takes.</param>
public readonly record struct QuestionHead(int NameLength, DnsType Type, DnsClass Class);

/// <summary>What comes before a record's data, and where that is.</summary>
/// <param name="OwnerLength">How many bytes of the caller's buffer the owner's name takes.</param>
/// <param name="Ttl">Seconds; for OPT the upper bits of the code, version and flags.</param>
/// <param name="DataStart">Where in the message the data begins.</param>
/// <param name="DataLength">How many bytes it has; names in it may be compressed.</param>
public readonly record struct RecordHead(int OwnerLength, DnsType Type, DnsClass Class, uint Ttl, int DataStart, int DataLength);

/// <summary>Reads a message part by part; whatever somebody sent, it ends, stays within the message and throws nothing.</summary>
/// <remarks>
/// <code>
/// question:  NAME | TYPE 16 | CLASS 16
/// record:    NAME | TYPE 16 | CLASS 16 | TTL 32 | RDLENGTH 16 | RDATA
/// </code>
/// RFC 1035, sections 4.1.2 and 4.1.3. Names are written out in full to a buffer of the caller, <see cref="DnsName.MaxLength"/> bytes long.
/// </remarks>
public ref struct MessageReader(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>How many bytes are read.</summary>
    public int Position { get; private set; }

    /// <summary>Reads the header; false when the message is too short for one.</summary>
    public bool TryReadHeader(out DnsHeader header)
    {
        if (_message.Length < DnsHeader.Length)
        {
            header = default;
            return false;
        }

        header = DnsHeader.Read(_message);
        Position = DnsHeader.Length;
        return true;
    }

    /// <summary>Reads a question.</summary>
    public bool TryReadQuestion(scoped Span<byte> name, out QuestionHead question)
    {
        question = default;
        if (!TryReadName(name, out var length) || _message.Length - Position < 4)
            return false;
        var rest = _message[Position..];
        question = new QuestionHead(length, (DnsType)BinaryPrimitives.ReadUInt16BigEndian(rest), (DnsClass)BinaryPrimitives.ReadUInt16BigEndian(rest[2..]));
        Position += 4;
        return true;
    }

    /// <summary>Reads what comes before a record's data, and goes past the data.</summary>
    public bool TryReadRecord(scoped Span<byte> owner, out RecordHead record)
    {
        record = default;
        if (!TryReadName(owner, out var length) || _message.Length - Position < 10)
            return false;
        var rest = _message[Position..];
        record = new RecordHead(
            length,
            (DnsType)BinaryPrimitives.ReadUInt16BigEndian(rest),
            (DnsClass)BinaryPrimitives.ReadUInt16BigEndian(rest[2..]),
            BinaryPrimitives.ReadUInt32BigEndian(rest[4..]),
            Position + 10,
            BinaryPrimitives.ReadUInt16BigEndian(rest[8..]));
        if (rest.Length - 10 < record.DataLength)
            return false;
        Position += 10 + record.DataLength;
        return true;
    }

    /// <summary>Reads a name where the reader stands.</summary>
    public bool TryReadName(scoped Span<byte> name, out int length)
    {
        var position = Position;
        if (!WireName.TryRead(_message, ref position, name, out length))
            return false;
        Position = position;
        return true;
    }
}
