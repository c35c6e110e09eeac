using System.Buffers.Binary;
using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Dns.Serving;

/// <summary>Adds to a finished answer the options that it has whatever it says: cookie, keepalive, reason. Its OPT record stands last, and is empty until then.</summary>
internal sealed class AnswerOptions(DnsCookies cookies, TimeProvider time)
{
    private const int EmptyOpt = 11;

    // Long enough for clients with a query now and then; StreamListener closes idle connections after this time.
    private static readonly ushort IdleTenths = (ushort)(StreamLimits.Idle.TotalSeconds * 10);

    /// <summary>Adds them, as far as there is room.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="query">The query.</param>
    /// <param name="error">The reason, if there is one.</param>
    /// <param name="buffer">The answer, and room behind it.</param>
    /// <param name="length">The answer's length.</param>
    /// <returns>Its length with them.</returns>
    public int Append(in DnsClient client, in DnsQuery query, ExtendedError? error, Span<byte> buffer, int length)
    {
        if (!query.HasEdns || length < DnsHeader.Length + EmptyOpt || !IsEmptyOpt(buffer.Slice(length - EmptyOpt, EmptyOpt)))
            return length;
        Span<byte> options = stackalloc byte[128 + ExtendedError.MaxText];
        var size = 0;
        if (!query.Cookie.IsEmpty)
        {
            Span<byte> cookie = stackalloc byte[DnsCookies.Length];
            cookies.Write(query.Cookie, client.Address, (uint)time.GetUtcNow().ToUnixTimeSeconds(), cookie);
            size += Edns.PutOption(options, EdnsOption.Cookie, cookie);
        }

        if (query.WantsKeepalive && client.Transport == DnsTransport.Stream)
            size += Edns.PutOption(options[size..], EdnsOption.TcpKeepalive, [(byte)(IdleTenths >> 8), (byte)IdleTenths]);
        var room = Math.Min(query.WholeRoom(client.Transport), buffer.Length) - length;
        if (error is { } reason)
        {
            Span<byte> data = stackalloc byte[2 + ExtendedError.MaxText];
            var written = reason.Write(data);
            if (size + 4 + written <= room)
                size += Edns.PutOption(options[size..], EdnsOption.ExtendedError, data[..written]);
        }

        if (size == 0 || size > room)
            return length;
        BinaryPrimitives.WriteUInt16BigEndian(buffer[(length - 2)..], (ushort)size);
        options[..size].CopyTo(buffer[length..]);
        return length + size;
    }

    private static bool IsEmptyOpt(ReadOnlySpan<byte> record) =>
        record[0] == 0 && BinaryPrimitives.ReadUInt16BigEndian(record[1..]) == (ushort)DnsType.OPT && BinaryPrimitives.ReadUInt16BigEndian(record[9..]) == 0;
}
