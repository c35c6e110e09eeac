using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model.Dns;

namespace Weft.Dns.Serving;

/// <summary>A whole zone on its way to one client, message by message: its start, all records, its start again (AXFR; RFC 5936).</summary>
/// <remarks>The zone is the one of the moment in which the transfer began, whatever changes meanwhile.</remarks>
public sealed class ZoneTransfer
{
    /// <summary>Longest message that is written, in bytes: pointers of compressed names reach no farther.</summary>
    public const int LongestPart = 16 * 1024;

    private const int EmptyOpt = 11;

    private readonly byte[] _name;
    private readonly DnsType _type;
    private readonly DnsHeader _header;
    private readonly bool _hasEdns;
    private readonly IEnumerator<DnsRecord> _records;
    private bool _isFirst = true, _isLeft;

    internal ZoneTransfer(ClusterZone zone, in DnsQuery query)
    {
        (_name, _type, _header, _hasEdns) = (query.Name.ToArray(), query.Type, query.Header, query.HasEdns);
        _records = zone.Records().Prepend(zone.Start).Append(zone.Start).GetEnumerator();
        _isLeft = _records.MoveNext();
    }

    /// <summary>Writes the next message; false when there is none left.</summary>
    /// <param name="buffer">Room for it, <see cref="LongestPart"/> bytes.</param>
    /// <param name="length">Its length.</param>
    public bool TryWrite(Span<byte> buffer, out int length)
    {
        length = 0;
        if (!_isLeft)
            return false;
        var writer = new MessageWriter(buffer, _hasEdns ? EmptyOpt : 0);
        var questions = (ushort)(_isFirst && writer.TryWriteQuestion(_name, _type) ? 1 : 0);
        var counts = default(SectionCounts);
        while (_isLeft && counts.Answers < ushort.MaxValue && TryWrite(ref writer, _records.Current))
        {
            counts.Answers++;
            _isLeft = _records.MoveNext();
        }

        writer.Release();
        if (_hasEdns && Edns.TryWrite(ref writer, Responder.LongestDatagram, DnsCode.NoError, wantsSignatures: false, []))
            counts.Additional++;
        var header = new DnsHeader(_header.Id, _header.AnswerFlags(DnsCode.NoError) | DnsFlags.Authoritative, questions, counts.Answers, 0, counts.Additional);
        length = writer.Finish(header).Length;
        _isFirst = false;
        return true;
    }

    private static bool TryWrite(ref MessageWriter writer, DnsRecord record) => writer.TryWriteRecord(record.Name.Wire, record.Type, record.Ttl, record.Data.Span);
}
