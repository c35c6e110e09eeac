using System.Buffers.Binary;
using System.Text;

namespace Weft.Dns.Wire;

/// <summary>Why an answer is what it is (RFC 8914, section 4; IANA, extended DNS error codes).</summary>
public enum ExtendedErrorCode : ushort
{
    Other = 0,

    /// <summary>The answer holds no more, and nobody could be asked for a new one.</summary>
    StaleAnswer = 3,

    /// <summary>The server does not know its zone yet.</summary>
    NotReady = 14,

    /// <summary>Names like this are not answered to anybody.</summary>
    Blocked = 15,

    /// <summary>It is not done for this client.</summary>
    Prohibited = 18,

    /// <summary>As <see cref="StaleAnswer"/>, of a name that did not exist.</summary>
    StaleNXDomainAnswer = 19,

    /// <summary>The server is not responsible for the name, and asks nobody.</summary>
    NotAuthoritative = 20,

    /// <summary>The server does not do such things.</summary>
    NotSupported = 21,

    /// <summary>None of the servers that could know answers.</summary>
    NoReachableAuthority = 22,

    /// <summary>The network is in the way.</summary>
    NetworkError = 23,
}

/// <summary>A reason beside the code of an answer, for whoever reads it.</summary>
/// <param name="Code">The reason.</param>
/// <param name="Text">More words; empty for none.</param>
public readonly record struct ExtendedError(ExtendedErrorCode Code, string Text = "")
{
    /// <summary>Longest text, in bytes of UTF-8: an answer that fails stays smaller than most that do not.</summary>
    public const int MaxText = 200;

    /// <summary>Writes the data of the option: the code, then the text, cut where it is too long.</summary>
    /// <param name="data">Room for 2 and <see cref="MaxText"/> bytes.</param>
    /// <returns>The length.</returns>
    public int Write(Span<byte> data)
    {
        BinaryPrimitives.WriteUInt16BigEndian(data, (ushort)Code);
        Encoding.UTF8.TryGetBytes(Text.AsSpan(0, Math.Min(Text.Length, MaxText / 4)), data.Slice(2, MaxText), out var first);
        return Text.Length > MaxText / 4 && Encoding.UTF8.TryGetBytes(Text, data.Slice(2, MaxText), out var whole) ? 2 + whole : 2 + first;
    }

    /// <summary>Reads the data of the option; null when it has no code.</summary>
    public static ExtendedError? Read(ReadOnlySpan<byte> data) =>
        data.Length < 2 ? null : new ExtendedError((ExtendedErrorCode)BinaryPrimitives.ReadUInt16BigEndian(data), Encoding.UTF8.GetString(data[2..].TrimEnd((byte)0)));
}
