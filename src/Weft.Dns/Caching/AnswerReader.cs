using System.Buffers.Binary;
using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Dns.Caching;

/// <summary>Takes over an answer of others: only what answers the question, written anew, with the time for which it holds.</summary>
/// <remarks>
/// Records are kept that belong to the chain of aliases from the question (bailiwick): whatever else a server adds could be about anybody. Of the other
/// sections only the zone's start stays, which says how long a name is known not to exist (RFC 2308, section 5). The chain may come in any order: sections are sets
/// (RFC 1034, section 3.7), and some servers put addresses before the alias that leads to them. Of a DNAME the alias counts that must come with it (RFC 6672, section 3.1).
/// </remarks>
public sealed class AnswerReader(CacheLimits limits)
{
    private const int MostAliases = 16;

    private readonly byte[] _buffer = new byte[ushort.MaxValue];
    private readonly byte[] _data = new byte[RecordData.MaxExpanded];
    private readonly List<ushort> _times = [];
    private readonly List<(int Start, int Hash, RecordHead Head)> _records = [];

    /// <summary>Reads an answer; null when it is unsound, is to another question, or says that the server could not answer.</summary>
    public CachedAnswer? Read(ReadOnlySpan<byte> message, ReadOnlySpan<byte> name, DnsType type, DateTimeOffset now)
    {
        var reader = new MessageReader(message);
        Span<byte> asked = stackalloc byte[DnsName.MaxLength];
        if (!reader.TryReadHeader(out var header) || header.Questions != 1 || (header.Flags & (DnsFlags.Response | DnsFlags.Truncated)) != DnsFlags.Response
            || header.Code is not (DnsCode.NoError or DnsCode.NXDomain) || !reader.TryReadQuestion(asked, out var question)
            || question.Type != type || !NameBytes.Equal(asked[..question.NameLength], name))
            return null;

        _times.Clear();
        var writer = new MessageWriter(_buffer);
        writer.TryWriteQuestion(name, type, question.Class);
        var questionEnd = writer.Length;
        var answers = Answers(ref reader, message, header.Answers, name, type, ref writer, out var chain);
        if (answers < 0)
            return null;
        var (start, minimum) = Start(ref reader, message, header.Authorities, chain, ref writer);
        if (start < 0)
            return null;
        var ttl = TimeSpan.FromSeconds(_times.Count == 0 ? 0 : _times.Min(place => BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(place))));
        ttl = minimum is { } negative ? Clamp(ttl < negative ? ttl : negative, limits.MaxNegativeTtl) : Clamp(ttl, limits.MaxTtl);
        var bytes = writer.Finish(new DnsHeader(0, DnsFlags.Response | (DnsFlags)header.Code, 1, (ushort)answers, (ushort)start));
        return new CachedAnswer(bytes.ToArray(), [.. _times], questionEnd, now, ttl);
    }

    private TimeSpan Clamp(TimeSpan ttl, TimeSpan most) => ttl > most ? most : ttl < limits.MinTtl ? limits.MinTtl : ttl;

    /// <summary>Copies the answers of the chain that begins at the name, in its order, whatever order they came in; -1 when they are unsound, or it has no end.</summary>
    private int Answers(ref MessageReader reader, ReadOnlySpan<byte> message, int count, scoped ReadOnlySpan<byte> name, DnsType type, ref MessageWriter writer, out DnsName chain)
    {
        chain = DnsName.FromWire(name);
        if (!TryList(ref reader, count))
            return -1;
        var written = 0;
        for (var aliases = 0; aliases <= MostAliases; aliases++)
        {
            var (copied, next) = AnswersOf(chain, message, type, ref writer);
            if (copied < 0)
                return -1;
            written += copied;
            if (next is not { } alias)
                return written;
            chain = alias;
        }

        return -1;
    }

    private bool TryList(ref MessageReader reader, int count)
    {
        _records.Clear();
        Span<byte> owner = stackalloc byte[DnsName.MaxLength];
        for (var i = 0; i < count; i++)
        {
            var start = reader.Position;
            if (!reader.TryReadRecord(owner, out var record))
                return false;
            if (record.Class == DnsClass.IN)
                _records.Add((start, NameBytes.Hash(owner[..record.OwnerLength]), record));
        }

        return true;
    }

    /// <summary>Copies what one name of the chain has: records of the type, or else the alias to the next.</summary>
    private (int Count, DnsName? Alias) AnswersOf(DnsName owner, ReadOnlySpan<byte> message, DnsType type, ref MessageWriter writer)
    {
        Span<byte> name = stackalloc byte[DnsName.MaxLength];
        var (count, hash) = (0, NameBytes.Hash(owner.Wire));
        foreach (var (start, itsHash, record) in _records)
        {
            var isAlias = record.Type == DnsType.CNAME && type is not (DnsType.CNAME or DnsType.ANY);
            var isWanted = isAlias ? count == 0 : record.Type == type || type == DnsType.ANY;
            var position = start;
            if (itsHash != hash || !isWanted || !WireName.TryRead(message, ref position, name, out var read) || !NameBytes.Equal(name[..read], owner.Wire))
                continue;
            var length = RecordData.Expand(message, record, _data);
            if (length < 0 || !TryCopy(owner.Wire, record, length, ref writer))
                return (-1, null);
            if (isAlias)
                return (1, DnsName.FromWire(_data.AsSpan(0, length)));
            count++;
        }

        return (count, null);
    }

    /// <summary>Copies the start of the zone that the end of the chain is in, and tells for how long it speaks of what does not exist.</summary>
    private (int Count, TimeSpan? Minimum) Start(ref MessageReader reader, ReadOnlySpan<byte> message, int count, DnsName chain, ref MessageWriter writer)
    {
        Span<byte> owner = stackalloc byte[DnsName.MaxLength];
        (int, TimeSpan?) found = (0, null);
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadRecord(owner, out var record))
                return (-1, null);
            if (record.Type != DnsType.SOA || found.Item1 > 0 || !NameBytes.IsWithin(chain.Wire, owner[..record.OwnerLength]))
                continue;
            var length = RecordData.Expand(message, record, _data);
            if (length < 0 || !TryCopy(owner[..record.OwnerLength], record, length, ref writer))
                return (-1, null);
            found = (1, TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt32BigEndian(_data.AsSpan(length - 4))));
        }

        return found;
    }

    private bool TryCopy(scoped ReadOnlySpan<byte> owner, in RecordHead record, int length, ref MessageWriter writer)
    {
        // A TTL with its highest bit set counts as zero (RFC 2181, section 8).
        var ttl = record.Ttl > int.MaxValue ? 0 : record.Ttl;
        if (!writer.TryWriteRecord(owner, record.Type, ttl, _data.AsSpan(0, length)))
            return false;
        _times.Add((ushort)(writer.Length - length - 6));
        return true;
    }
}
