using Weft.Dns.Routing;
using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Dns.Serving;

/// <summary>What routes do with names before the cluster's zone is asked: names with addresses of their own, names that stand for others, parts of the cluster's domain that others have.</summary>
public sealed partial class DnsService
{
    /// <summary>Answers a query that such a route is for.</summary>
    /// <returns>Null when there is nothing special about its name; otherwise whether it is answered, or others are to be asked.</returns>
    private bool? AnswersSpecially(RouteTable table, in DnsClient client, in DnsQuery query, Span<byte> buffer, bool renames, out int length, out AnswerNote note)
    {
        (length, note) = (0, default);
        if (query.Kind != QueryKind.Ask || query.Type is DnsType.AXFR or DnsType.IXFR || table.Find(query.Name) is not { IsSpecial: true } route)
            return null;
        if (renames && route.Rewrites.Apply(query.Name) is not null)
            return false;
        if (!route.Hosts.IsEmpty && _responder.TryAnswer(route.Hosts, query, client.Transport, buffer, out length))
        {
            note = new AnswerNote(AnswerSource.Hosts);
            return true;
        }

        if (!route.TakesFromCluster || (query.Header.Flags & DnsFlags.RecursionDesired) == 0)
            return null;
        return Remembered(table, client, query, buffer, out length, out note);
    }

    /// <summary>Answers a query whose name stands for another one; null when it stands for itself.</summary>
    private async ValueTask<(int Length, AnswerSource Source)?> AskRenamedAsync(DnsClient client, ReadOnlyMemory<byte> message, Memory<byte> buffer)
    {
        if (Renamed(message.Span) is not var (name, other))
            return null;
        var inner = client with { Transport = DnsTransport.Stream };
        var room = new byte[Responder.LongestMessage];
        if (!AnswersAtOnce(inner, other, room, renames: false, out var length, out var source))
            (length, source) = await AskOthersAsync(inner, other, room).ConfigureAwait(false);
        return (Rename(client, message.Span, name, room.AsSpan(0, length), buffer.Span), source);
    }

    private (DnsName Name, byte[] Query)? Renamed(ReadOnlySpan<byte> message)
    {
        Span<byte> room = stackalloc byte[DnsName.MaxLength];
        var query = DnsQuery.Read(message, room);
        return query.Kind == QueryKind.Ask && _routes.Renamed(query.Name) is { } name ? (name, RenamedQuery.For(query, name)) : null;
    }

    private int Rename(in DnsClient client, ReadOnlySpan<byte> message, DnsName name, ReadOnlySpan<byte> other, Span<byte> buffer)
    {
        Span<byte> room = stackalloc byte[DnsName.MaxLength];
        var query = DnsQuery.Read(message, room);
        var length = RenamedQuery.Answer(query, name, other, client.Transport, buffer);
        return length == 0 ? _responder.Fail(query, client.Transport, buffer) : _options.Append(client, query, error: null, buffer, length);
    }
}
