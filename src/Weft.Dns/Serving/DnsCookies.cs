using System.Buffers.Binary;
using System.Security.Cryptography;
using Weft.Dns.Wire;
using Weft.Model;

namespace Weft.Dns.Serving;

/// <summary>Cookies: what a client sends comes back to it, so that nobody who does not see its packets can answer in our place (RFC 7873, RFC 9018).</summary>
/// <remarks>
/// <code>
/// client cookie 8 | server cookie: VERSION 8 = 1 | zero 24 | TIME 32 | SipHash-2-4(secret, client cookie, the eight bytes before, client address) 64
/// </code>
/// Clients are answered whatever server cookie they have: those of a node cannot forge addresses, and answers to others are short.
/// </remarks>
/// <param name="secret">Sixteen bytes.</param>
internal sealed class DnsCookies(ReadOnlyMemory<byte> secret)
{
    /// <summary>Length of a client's part.</summary>
    public const int ClientLength = 8;

    /// <summary>Length of both parts together.</summary>
    public const int Length = 24;

    // RFC 9018, section 4.3: valid for an hour, and five minutes before its time, as clocks differ.
    private const uint Lifetime = 3600, Skew = 300;

    /// <summary>With a secret that lasts as long as the process.</summary>
    public DnsCookies()
        : this(RandomNumberGenerator.GetBytes(16))
    {
    }

    /// <summary>Whether an option's data has a length that a cookie can have (RFC 7873, section 5.2).</summary>
    public static bool IsSound(ReadOnlySpan<byte> data) => data.Length is ClientLength or (>= 16 and <= 40);

    /// <summary>Writes both parts.</summary>
    /// <param name="cookie">What the client sent.</param>
    /// <param name="address">Its address.</param>
    /// <param name="now">Seconds since 1970.</param>
    /// <param name="data">Room for <see cref="Length"/> bytes.</param>
    public void Write(ReadOnlySpan<byte> cookie, IpAddress address, uint now, Span<byte> data)
    {
        cookie[..ClientLength].CopyTo(data);
        BinaryPrimitives.WriteUInt32BigEndian(data[8..], 1u << 24);
        BinaryPrimitives.WriteUInt32BigEndian(data[12..], now);
        BinaryPrimitives.WriteUInt64LittleEndian(data[16..], Hash(data[..16], address));
    }

    /// <summary>Whether the server's part is one that we gave to this client, and not long ago.</summary>
    public bool IsOurs(ReadOnlySpan<byte> cookie, IpAddress address, uint now)
    {
        if (cookie.Length != Length || cookie[8] != 1)
            return false;
        var age = unchecked((int)(now - BinaryPrimitives.ReadUInt32BigEndian(cookie[12..])));
        return age <= Lifetime && age >= -(int)Skew && BinaryPrimitives.ReadUInt64LittleEndian(cookie[16..]) == Hash(cookie[..16], address);
    }

    private ulong Hash(ReadOnlySpan<byte> beginning, IpAddress address)
    {
        Span<byte> input = stackalloc byte[32];
        beginning.CopyTo(input);
        address.Write(input[16..]);
        return SipHash.Of(secret.Span, input[..(16 + address.ByteLength)]);
    }
}
