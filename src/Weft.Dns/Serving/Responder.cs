using Weft.Dns.Caching;
using Weft.Dns.Completion;
using Weft.Dns.Routing;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model.Dns;

namespace Weft.Dns.Serving;

/// <summary>What is to happen with a query.</summary>
public enum ResponseKind
{
    /// <summary>Nothing.</summary>
    Drop,

    /// <summary>The answer is written.</summary>
    Send,

    /// <summary>The name is not ours: others are to be asked.</summary>
    Forward,

    /// <summary>An alias of ours leads to a name that is not: others are to be asked for it.</summary>
    Follow,
}

/// <summary>How a message travels.</summary>
public enum DnsTransport
{
    /// <summary>By datagrams, whose answers are short.</summary>
    Datagram,

    /// <summary>On a stream, whose answers have 64 KiB.</summary>
    Stream,
}

/// <summary>Writes answers that the cluster's zone has. Nothing here waits, allocates or throws, whatever came.</summary>
/// <param name="recursion">Whether names of others are asked for as well (RA).</param>
public sealed class Responder(bool recursion)
{
    /// <summary>Longest datagram that is sent, in bytes: it fits into the smallest packet of IPv6 (DNS Flag Day 2020).</summary>
    public const int LongestDatagram = 1232;

    /// <summary>Longest message on a stream, in bytes (RFC 1035, section 4.2.2).</summary>
    public const int LongestMessage = ushort.MaxValue;

    private static readonly ExtendedError TransferRefused = new(ExtendedErrorCode.Prohibited, "the zone is not transferred to this address");
    private static readonly ExtendedError NotOurs = new(ExtendedErrorCode.NotAuthoritative, "the name is not of the cluster, and others are not asked");

    /// <summary>What OPT takes without options.</summary>
    private const int EmptyOpt = 11;

    /// <summary>Answers a query from a zone.</summary>
    /// <param name="zone">The zone as it is now.</param>
    /// <param name="query">The query.</param>
    /// <param name="transport">How it came.</param>
    /// <param name="turn">Which of several addresses comes first.</param>
    /// <param name="buffer">Room for the answer: <see cref="LongestMessage"/>, or <see cref="LongestDatagram"/> for datagrams.</param>
    /// <param name="length">How long the answer is; zero when nothing is to be sent yet.</param>
    /// <param name="note">Whether the zone has it, and why not.</param>
    public ResponseKind Respond(ClusterZone zone, in DnsQuery query, DnsTransport transport, uint turn, Span<byte> buffer, out int length, out AnswerNote note)
    {
        (length, note) = (0, default);
        if (query.Kind == QueryKind.Drop)
            return ResponseKind.Drop;
        var writer = Begin(query, transport, buffer, out var questions);
        var counts = default(SectionCounts);
        if (query.Kind == QueryKind.Refuse || query.Type is DnsType.AXFR or DnsType.IXFR)
        {
            note = query.Kind != QueryKind.Refuse ? new(AnswerSource.Server, TransferRefused) : query.Code == DnsCode.NotImp ? new(AnswerSource.Server, new(ExtendedErrorCode.NotSupported)) : default;
            length = Finish(ref writer, query, query.Kind == QueryKind.Refuse ? query.Code : DnsCode.Refused, DnsFlags.None, questions, counts);
            return ResponseKind.Send;
        }

        var outcome = zone.Answer(query.Name, query.Type, turn, ref writer, ref counts);
        if (recursion && (query.Header.Flags & DnsFlags.RecursionDesired) != 0 && outcome is (ZoneOutcome.Elsewhere or ZoneOutcome.Alias))
            return outcome == ZoneOutcome.Elsewhere ? ResponseKind.Forward : ResponseKind.Follow;
        note = outcome == ZoneOutcome.Elsewhere ? new(AnswerSource.Server, NotOurs) : new(AnswerSource.Zone);
        length = outcome switch
        {
            ZoneOutcome.Elsewhere => Finish(ref writer, query, DnsCode.Refused, DnsFlags.None, questions, counts),
            ZoneOutcome.NoName => Finish(ref writer, query, DnsCode.NXDomain, DnsFlags.Authoritative, questions, counts),
            _ => Finish(ref writer, query, DnsCode.NoError, DnsFlags.Authoritative, questions, counts),
        };
        return ResponseKind.Send;
    }

    /// <summary>Answers from names with addresses of their own, when they have something to say about the name.</summary>
    internal bool TryAnswer(HostTable hosts, in DnsQuery query, DnsTransport transport, Span<byte> buffer, out int length)
    {
        length = 0;
        var writer = Begin(query, transport, buffer, out var questions);
        var counts = default(SectionCounts);
        var outcome = hosts.Answer(query.Name, query.Type, ref writer, ref counts);
        if (outcome == ZoneOutcome.Elsewhere)
            return false;
        length = Finish(ref writer, query, outcome == ZoneOutcome.NoName ? DnsCode.NXDomain : DnsCode.NoError, DnsFlags.Authoritative, questions, counts);
        return true;
    }

    /// <summary>Says that nobody could be asked.</summary>
    /// <returns>The length of the answer.</returns>
    public int Fail(in DnsQuery query, DnsTransport transport, Span<byte> buffer)
    {
        var writer = Begin(query, transport, buffer, out var questions);
        return Finish(ref writer, query, DnsCode.ServFail, DnsFlags.None, questions, default);
    }

    /// <summary>Writes an alias of the zone, and behind it what others said about the name that it leads to.</summary>
    /// <param name="zone">The zone.</param>
    /// <param name="query">The query for the alias.</param>
    /// <param name="transport">How it came.</param>
    /// <param name="answer">What others said.</param>
    /// <param name="now">The time.</param>
    /// <param name="buffer">Room for the answer.</param>
    /// <returns>Its length.</returns>
    public int Follow(ClusterZone zone, in DnsQuery query, DnsTransport transport, CachedAnswer answer, DateTimeOffset now, Span<byte> buffer)
    {
        var writer = Begin(query, transport, buffer, out var questions);
        var counts = default(SectionCounts);
        zone.Answer(query.Name, query.Type, 0, ref writer, ref counts);
        answer.CopyTo(ref writer, now, ref counts);
        return Finish(ref writer, query, answer.Code, DnsFlags.None, questions, counts);
    }

    /// <summary>Writes an alias from the name that was asked for to the one at which a walk ended, and behind it what that name has; no records when it has none.</summary>
    /// <param name="walk">A walk that came to an end.</param>
    /// <param name="query">The query for the first name of the list.</param>
    /// <param name="transport">How it came.</param>
    /// <param name="turn">Which of several addresses comes first.</param>
    /// <param name="now">The time.</param>
    /// <param name="buffer">Room for the answer.</param>
    /// <returns>Its length.</returns>
    internal int Complete(SearchWalk walk, in DnsQuery query, DnsTransport transport, uint turn, DateTimeOffset now, Span<byte> buffer)
    {
        var final = walk.Final.GetValueOrDefault().Wire;
        var counts = default(SectionCounts);
        var writer = Begin(query, transport, buffer, out var questions);
        if (walk.IsEmpty)
        {
            walk.Zone.WriteStart(ref writer, ref counts.Authorities);
            return Finish(ref writer, query, DnsCode.NoError, DnsFlags.None, questions, counts);
        }

        if (writer.TryWriteNameRecord(query.Name, DnsType.CNAME, walk.Ttl, [], final))
            counts.Answers++;
        else
            counts.Truncated = true;
        walk.Zone.Answer(final, query.Type, turn, ref writer, ref counts);
        walk.Others?.Answer?.CopyTo(ref writer, now, ref counts);
        return Finish(ref writer, query, DnsCode.NoError, DnsFlags.None, questions, counts);
    }

    private static MessageWriter Begin(in DnsQuery query, DnsTransport transport, Span<byte> buffer, out ushort questions)
    {
        var writer = new MessageWriter(buffer[..Math.Min(buffer.Length, query.Room(transport))], query.HasEdns ? EmptyOpt : 0);
        questions = (ushort)(!query.Name.IsEmpty && writer.TryWriteQuestion(query.Name, query.Type, query.Class) ? 1 : 0);
        return writer;
    }

    private int Finish(ref MessageWriter writer, in DnsQuery query, DnsCode code, DnsFlags flags, ushort questions, SectionCounts counts)
    {
        writer.Release();
        if (query.HasEdns && Edns.TryWrite(ref writer, LongestDatagram, code, query.Edns.WantsSignatures, []))
            counts.Additional++;
        flags |= query.Header.AnswerFlags(code) | (counts.Truncated ? DnsFlags.Truncated : 0) | (recursion ? DnsFlags.RecursionAvailable : 0);
        return writer.Finish(new DnsHeader(query.Header.Id, flags, questions, counts.Answers, counts.Authorities, counts.Additional)).Length;
    }
}
