using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Dns.Serving;

/// <summary>How a datagram or a message on a stream is to be taken.</summary>
public enum QueryKind
{
    /// <summary>Not to be answered at all: too short to have an id, or an answer itself. Who answers answers can be made to talk to himself.</summary>
    Drop,

    /// <summary>To be answered with <see cref="DnsQuery.Code"/> alone, be it that nothing was asked for but a cookie.</summary>
    Refuse,

    /// <summary>A question.</summary>
    Ask,
}

/// <summary>A question as it came, read once and in full; nothing is trusted that was not read.</summary>
public readonly ref struct DnsQuery
{
    /// <summary>How it is to be taken.</summary>
    public QueryKind Kind { get; private init; }

    /// <summary>The header.</summary>
    public DnsHeader Header { get; private init; }

    /// <summary>Why it is refused.</summary>
    public DnsCode Code { get; private init; }

    /// <summary>The name asked for, in the case it has; empty when the question could not be read.</summary>
    public ReadOnlySpan<byte> Name { get; private init; }

    /// <summary>The type asked for.</summary>
    public DnsType Type { get; private init; }

    /// <summary>The class asked for.</summary>
    public DnsClass Class { get; private init; }

    /// <summary>Whether it has an OPT record, which the answer then has as well (RFC 6891, section 7).</summary>
    public bool HasEdns { get; private init; }

    /// <summary>What the OPT record says.</summary>
    public Edns Edns { get; private init; }

    /// <summary>The cookie that the client sent, with the server's part if it had one (RFC 7873); empty without one.</summary>
    public ReadOnlySpan<byte> Cookie { get; private init; }

    /// <summary>Whether the client wants to know how long a connection may be idle (RFC 7828).</summary>
    public bool WantsKeepalive { get; private init; }

    /// <summary>Reads a message.</summary>
    /// <param name="message">As it came.</param>
    /// <param name="name">Room for the name, <see cref="DnsName.MaxLength"/> bytes.</param>
    public static DnsQuery Read(ReadOnlySpan<byte> message, Span<byte> name)
    {
        var reader = new MessageReader(message);
        if (!reader.TryReadHeader(out var header) || (header.Flags & DnsFlags.Response) != 0)
            return default;
        if (header.Opcode != DnsOpcode.Query)
            return new DnsQuery { Kind = QueryKind.Refuse, Header = header, Code = DnsCode.NotImp };

        // One question and no more (RFC 9619); none at all only to be given a cookie (RFC 7873, section 5.4).
        var question = default(QuestionHead);
        if (header.Questions > 1 || (header.Questions == 1 && !reader.TryReadQuestion(name, out question)))
            return new DnsQuery { Kind = QueryKind.Refuse, Header = header, Code = DnsCode.FormErr };
        var (sound, edns) = ReadRecords(ref reader, header);
        var code = !sound ? DnsCode.FormErr : edns?.Version > 0 ? DnsCode.BadVers : header.Questions == 0 ? DnsCode.NoError : Limits(question);
        ReadOnlySpan<byte> cookie = default;
        var keepalive = false;
        if (edns is { OptionsLength: > 0 } options)
        {
            keepalive = options.TryFind(message, EdnsOption.TcpKeepalive, out _);
            if (options.TryFind(message, EdnsOption.Cookie, out var sent))
            {
                cookie = DnsCookies.IsSound(sent) ? sent : default;
                code = cookie.IsEmpty && code == DnsCode.NoError ? DnsCode.FormErr : code;
            }
        }

        if (header.Questions == 0 && cookie.IsEmpty && code == DnsCode.NoError)
            code = DnsCode.FormErr;
        return new DnsQuery
        {
            Kind = code == DnsCode.NoError && header.Questions == 1 ? QueryKind.Ask : QueryKind.Refuse,
            Header = header,
            Code = code,
            Name = name[..question.NameLength],
            Type = question.Type,
            Class = question.Class,
            HasEdns = edns is not null,
            Edns = edns ?? default,
            Cookie = cookie,
            WantsKeepalive = keepalive,
        };
    }

    /// <summary>Longest answer, in bytes, without the options that are added to it at the end.</summary>
    public int Room(DnsTransport transport) => WholeRoom(transport) - (Cookie.IsEmpty ? 0 : 4 + DnsCookies.Length) - (WantsKeepalive ? 6 : 0);

    /// <summary>Longest answer, in bytes: by datagram what the client takes (RFC 6891, section 6.2.5) and this server sends.</summary>
    internal int WholeRoom(DnsTransport transport) =>
        transport == DnsTransport.Stream ? Responder.LongestMessage : Math.Min(HasEdns ? Edns.PayloadSize : 512, Responder.LongestDatagram);

    // Records of a query mean nothing to us but for OPT, of which there is one at most.
    private static (bool Sound, Edns? Edns) ReadRecords(ref MessageReader reader, in DnsHeader header)
    {
        Span<byte> owner = stackalloc byte[DnsName.MaxLength];
        Edns? edns = null;
        for (var left = header.Answers + header.Authorities + header.Additional; left > 0; left--)
        {
            if (!reader.TryReadRecord(owner, out var record))
                return (false, edns);
            if (record.Type != DnsType.OPT)
                continue;
            if (edns is not null || record.OwnerLength != 1)
                return (false, edns);
            edns = Edns.Read(record);
        }

        return (true, edns);
    }

    private static DnsCode Limits(in QuestionHead question) => (question.Class, question.Type) switch
    {
        (not (DnsClass.IN or DnsClass.ANY), _) => DnsCode.Refused,
        (_, DnsType.OPT) => DnsCode.FormErr,
        _ => DnsCode.NoError,
    };
}
