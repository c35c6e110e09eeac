using System.Buffers.Binary;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model.Dns;

namespace Weft.Dns.Caching;

/// <summary>An answer of others, ready to be sent again: its bytes, and where in them times stand.</summary>
/// <remarks>What belongs to one exchange (id, flags of the client, OPT, the case of the question) is written anew for each.</remarks>
public sealed class CachedAnswer
{
    private const int EmptyOpt = 11;

    private readonly byte[] _message;
    private readonly ushort[] _times;
    private readonly DnsHeader _header;
    private readonly int _questionEnd;

    internal CachedAnswer(byte[] message, ushort[] times, int questionEnd, DateTimeOffset stored, TimeSpan ttl)
    {
        (_message, _times, _questionEnd, Stored, Ttl) = (message, times, questionEnd, stored, ttl);
        _header = DnsHeader.Read(message);
    }

    /// <summary>When it came.</summary>
    public DateTimeOffset Stored { get; }

    /// <summary>For how long it holds.</summary>
    public TimeSpan Ttl { get; }

    /// <summary>What came of the question.</summary>
    public DnsCode Code => _header.Code;

    /// <summary>Whether it has no records of the answer.</summary>
    internal bool IsEmpty => _header.Answers == 0;

    /// <summary>How many bytes it takes.</summary>
    public int Length => _message.Length;

    /// <summary>Where it came from; null where nobody was asked.</summary>
    public AnswerOrigin? Origin { get; internal set; }

    /// <summary>Whether somebody asked for it since the last round of the cache.</summary>
    internal bool IsWanted { get; set; }

    /// <summary>Whether it holds no more.</summary>
    public bool IsStale(DateTimeOffset now) => now - Stored >= Ttl;

    /// <summary>Whether it is about to end, so that it is worth asking again before that.</summary>
    /// <param name="now">The time.</param>
    /// <param name="part">How much of its time is the end: 0.1 is a tenth, 0 none.</param>
    public bool IsEnding(DateTimeOffset now, double part) => part > 0 && now - Stored >= Ttl * (1 - part);

    /// <summary>Whether there is a record of a type among its answers, and not only aliases.</summary>
    internal bool Has(DnsType type)
    {
        var reader = new MessageReader(_message);
        Span<byte> name = stackalloc byte[DnsName.MaxLength];
        if (!reader.TryReadHeader(out var header) || !reader.TryReadQuestion(name, out _))
            return false;
        for (var i = 0; i < header.Answers && reader.TryReadRecord(name, out var record); i++)
        {
            if (record.Type == type)
                return true;
        }

        return false;
    }

    /// <summary>Seconds for which all of its records hold, as they would be written now.</summary>
    internal uint TtlLeft(DateTimeOffset now)
    {
        var left = SecondsLeft(now);
        foreach (var place in _times)
            left = Math.Min(left, TtlAt(place, now, stale: 1));
        return left;
    }

    /// <summary>Writes the answer to a query.</summary>
    /// <param name="query">A query for the same name, type and class.</param>
    /// <param name="transport">How it came.</param>
    /// <param name="now">The time.</param>
    /// <param name="staleTtl">The TTL of an answer that holds no more.</param>
    /// <param name="buffer">Room for it, as <see cref="Responder.Respond"/> has it.</param>
    /// <returns>Its length.</returns>
    public int Write(in DnsQuery query, DnsTransport transport, DateTimeOffset now, TimeSpan staleTtl, Span<byte> buffer)
    {
        var room = Math.Min(buffer.Length, query.Room(transport));
        var fits = _message.Length + (query.HasEdns ? EmptyOpt : 0) <= room;
        var length = fits ? _message.Length : _questionEnd;
        _message.AsSpan(0, length).CopyTo(buffer);
        query.Name.CopyTo(buffer[DnsHeader.Length..]);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[(_questionEnd - 2)..], (ushort)query.Class);
        if (fits)
            SetTimes(buffer, now, (uint)staleTtl.TotalSeconds);
        var counts = fits ? _header : _header with { Answers = 0, Authorities = 0, Additional = 0 };
        if (query.HasEdns)
        {
            PutOpt(buffer[length..], query.Edns.WantsSignatures);
            length += EmptyOpt;
            counts = counts with { Additional = (ushort)(counts.Additional + 1) };
        }

        var flags = query.Header.AnswerFlags(Code) | DnsFlags.RecursionAvailable | (fits ? DnsFlags.None : DnsFlags.Truncated);
        (counts with { Id = query.Header.Id, Flags = flags }).Write(buffer);
        return length;
    }

    /// <summary>Writes its records behind those of an alias that leads to it.</summary>
    internal void CopyTo(ref MessageWriter writer, DateTimeOffset now, ref SectionCounts counts)
    {
        var message = (byte[])_message.Clone();
        SetTimes(message, now, stale: 1);
        if (!DnsMessage.TryRead(message, out var read))
            return;
        foreach (var record in read.Answers)
        {
            if (!writer.TryWriteRecord(record.Name.Wire, record.Type, record.Ttl, record.Data.Span))
                counts.Truncated = true;
            else
                counts.Answers++;
        }

        foreach (var record in read.Authorities)
        {
            if (writer.TryWriteRecord(record.Name.Wire, record.Type, record.Ttl, record.Data.Span))
                counts.Authorities++;
        }
    }

    private void SetTimes(Span<byte> buffer, DateTimeOffset now, uint stale)
    {
        foreach (var place in _times)
            BinaryPrimitives.WriteUInt32BigEndian(buffer[place..], TtlAt(place, now, stale));
    }

    private uint TtlAt(int place, DateTimeOffset now, uint stale)
    {
        if (IsStale(now))
            return stale;
        var (ttl, left, passed) = (BinaryPrimitives.ReadUInt32BigEndian(_message.AsSpan(place)), SecondsLeft(now), (uint)Math.Max(0, (now - Stored).TotalSeconds));
        return Math.Min(ttl > passed ? ttl - passed : left, left);
    }

    private uint SecondsLeft(DateTimeOffset now) => (uint)Math.Max(1, Math.Ceiling((Ttl - (now - Stored)).TotalSeconds));

    private static void PutOpt(Span<byte> buffer, bool wantsSignatures)
    {
        buffer[..EmptyOpt].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(buffer[1..], (ushort)DnsType.OPT);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[3..], Responder.LongestDatagram);
        buffer[7] = wantsSignatures ? (byte)0x80 : (byte)0;
    }
}
