using System.Buffers.Binary;

namespace Weft.Dns.Wire;

/// <summary>The first twelve bytes of a message (RFC 1035, section 4.1.1).</summary>
/// <remarks>
/// <code>
/// |                      ID                       |
/// |QR|   Opcode  |AA|TC|RD|RA| Z|AD|CD|   RCODE   |
/// | questions | answers | authorities | additional |   16 bits each
/// </code>
/// </remarks>
/// <param name="Id">What the client chose; the answer repeats it.</param>
/// <param name="Flags">The second line.</param>
/// <param name="Questions">How many questions follow.</param>
/// <param name="Answers">How many records of the answer follow them.</param>
/// <param name="Authorities">How many records about the zone follow those.</param>
/// <param name="Additional">How many records come last.</param>
public readonly record struct DnsHeader(ushort Id, DnsFlags Flags, ushort Questions, ushort Answers = 0, ushort Authorities = 0, ushort Additional = 0)
{
    /// <summary>Its length in bytes.</summary>
    public const int Length = 12;

    private const int OpcodeShift = 11;

    /// <summary>What is asked for.</summary>
    public DnsOpcode Opcode => (DnsOpcode)(((ushort)Flags >> OpcodeShift) & 0xF);

    /// <summary>The lower four bits of what came of it; EDNS holds the others.</summary>
    public DnsCode Code => (DnsCode)((ushort)Flags & 0xF);

    /// <summary>Reads one from bytes that are long enough.</summary>
    public static DnsHeader Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt16BigEndian(bytes),
        (DnsFlags)BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
        BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]),
        BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]),
        BinaryPrimitives.ReadUInt16BigEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt16BigEndian(bytes[10..]));

    /// <summary>Writes it to bytes that are long enough.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16BigEndian(bytes, Id);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], (ushort)Flags);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], Questions);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], Answers);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[8..], Authorities);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[10..], Additional);
    }

    /// <summary>The header of an answer to this: the same id, question, opcode and wishes.</summary>
    public DnsFlags AnswerFlags(DnsCode code) =>
        DnsFlags.Response | (Flags & (DnsFlags.RecursionDesired | DnsFlags.CheckingDisabled)) | (DnsFlags)((int)Opcode << OpcodeShift) | (DnsFlags)((int)code & 0xF);
}

/// <summary>The bits of the second line; opcode and code lie between them.</summary>
[Flags]
public enum DnsFlags : ushort
{
    None = 0,

    /// <summary>QR: an answer, not a question.</summary>
    Response = 0x8000,

    /// <summary>AA: the answer comes from who is responsible for the name.</summary>
    Authoritative = 0x0400,

    /// <summary>TC: there was more than the message holds.</summary>
    Truncated = 0x0200,

    /// <summary>RD: the client wants the server to ask others.</summary>
    RecursionDesired = 0x0100,

    /// <summary>RA: the server asks others.</summary>
    RecursionAvailable = 0x0080,

    /// <summary>AD: the server has verified the records (RFC 4035).</summary>
    AuthenticData = 0x0020,

    /// <summary>CD: the client verifies by itself (RFC 4035).</summary>
    CheckingDisabled = 0x0010,
}

/// <summary>What is asked for.</summary>
public enum DnsOpcode : byte
{
    Query = 0,
    Status = 2,
    Notify = 4,
    Update = 5,
}

/// <summary>What came of a question (RCODE; RFC 1035, RFC 6891, RFC 7873).</summary>
public enum DnsCode : ushort
{
    NoError = 0,

    /// <summary>The server could not read the question.</summary>
    FormErr = 1,

    /// <summary>The server failed.</summary>
    ServFail = 2,

    /// <summary>The name does not exist, nor anything below it (RFC 8020).</summary>
    NXDomain = 3,

    /// <summary>The server does not do such things.</summary>
    NotImp = 4,

    /// <summary>The server does not do it for this client or name.</summary>
    Refused = 5,

    /// <summary>The server is not responsible for the zone.</summary>
    NotAuth = 9,

    /// <summary>The server does not know this version of EDNS.</summary>
    BadVers = 16,

    /// <summary>The server does not know the cookie.</summary>
    BadCookie = 23,
}

/// <summary>The class of records: nearly always the Internet's.</summary>
public enum DnsClass : ushort
{
    IN = 1,
    CH = 3,
    HS = 4,
    NONE = 254,
    ANY = 255,
}
