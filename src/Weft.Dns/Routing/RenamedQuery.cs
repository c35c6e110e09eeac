using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Dns.Routing;

/// <summary>A query whose name stands for another one: it is asked as if it were for that, and its answer gets the name that was asked for.</summary>
internal static class RenamedQuery
{
    private const int EmptyOpt = 11;

    /// <summary>The query for the other name: with the room of a stream, so that nothing is lost on the way.</summary>
    public static byte[] For(in DnsQuery query, DnsName name)
    {
        var writer = new MessageWriter(new byte[DnsHeader.Length + name.Wire.Length + 4]);
        writer.TryWriteQuestion(name.Wire, query.Type, query.Class);
        return writer.Finish(new DnsHeader(query.Header.Id, query.Header.Flags & ~DnsFlags.Response, 1)).ToArray();
    }

    /// <summary>Writes the answer to the query out of that to the other one.</summary>
    /// <param name="query">The query.</param>
    /// <param name="name">The other name.</param>
    /// <param name="other">The other answer.</param>
    /// <param name="transport">How the query came.</param>
    /// <param name="buffer">Room for the answer.</param>
    /// <returns>Its length; zero when the other answer is unsound.</returns>
    public static int Answer(in DnsQuery query, DnsName name, ReadOnlySpan<byte> other, DnsTransport transport, Span<byte> buffer)
    {
        if (!DnsMessage.TryRead(other, out var answer))
            return 0;
        var writer = new MessageWriter(buffer[..Math.Min(buffer.Length, query.Room(transport))], query.HasEdns ? EmptyOpt : 0);
        writer.TryWriteQuestion(query.Name, query.Type, query.Class);
        var answers = Write(answer.Answers, query.Name, name, ref writer);
        var whole = answers == answer.Answers.Count;
        var authorities = whole ? Write(answer.Authorities, query.Name, name, ref writer) : 0;
        writer.Release();
        var opt = query.HasEdns && Edns.TryWrite(ref writer, Responder.LongestDatagram, answer.Code, query.Edns.WantsSignatures, []);
        var flags = answer.Header.Flags & ~DnsFlags.Truncated | (whole ? 0 : DnsFlags.Truncated);
        return writer.Finish(new DnsHeader(query.Header.Id, flags, 1, (ushort)answers, (ushort)authorities, (ushort)(opt ? 1 : 0))).Length;
    }

    private static int Write(IReadOnlyList<DnsRecord> records, ReadOnlySpan<byte> asked, DnsName name, ref MessageWriter writer)
    {
        var written = 0;
        foreach (var record in records)
        {
            var owner = record.Name == name ? asked : record.Name.Wire;
            if (!writer.TryWriteRecord(owner, record.Type, record.Ttl, record.Data.Span, record.Class))
                break;
            written++;
        }

        return written;
    }
}
