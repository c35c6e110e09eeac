using Weft.Dns.Completion;
using Weft.Dns.Forwarding;
using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Dns.Serving;

/// <content>Names that a resolver would complete with its search list, gone through on its behalf.</content>
public sealed partial class DnsService
{
    private volatile ISearchLists? _lists;
    private long _completed;

    /// <summary>Who completes names how; nobody's are completed when null. May be set at any time.</summary>
    public ISearchLists? SearchLists
    {
        get => _lists;
        set => _lists = value;
    }

    /// <summary>How many queries were answered with another name of their client's search list.</summary>
    public long Completed => Interlocked.Read(ref _completed);

    /// <summary>Replaces the answer that a name does not exist, when the client's resolver would go on and comes to one that does.</summary>
    /// <returns>False when others must be asked.</returns>
    private bool TryComplete(in DnsClient client, in DnsQuery query, Span<byte> buffer, ref int length, ref AnswerNote note)
    {
        if (note.Source != AnswerSource.Zone || DnsHeader.Read(buffer).Code != DnsCode.NXDomain || BeginWalk(client, query) is not { } walk)
            return true;
        if (walk.Go() is not null)
            return false;
        if (walk.Final is not null)
            (length, note) = WriteEnd(walk, client, query, buffer);
        return true;
    }

    /// <summary>Answers a query that <see cref="TryComplete"/> left; null when it was not that which left it.</summary>
    private async ValueTask<(int Length, AnswerSource Source)?> CompleteAsync(DnsClient client, ReadOnlyMemory<byte> message, Memory<byte> buffer)
    {
        if (BeginWalk(client, message.Span) is not { } walk)
            return null;
        var began = time.GetTimestamp();
        while (walk.Go() is { } name)
            walk.Hear(await AskUntilAsync(walk, name, ForwarderOptions.UsualPatience - time.GetElapsedTime(began)).ConfigureAwait(false));
        return WriteEnd(walk, client, message.Span, buffer.Span);
    }

    /// <summary>Several names that are slow each must not add up to more than a client waits for one.</summary>
    private async ValueTask<Forwarded> AskUntilAsync(SearchWalk walk, DnsName name, TimeSpan left)
    {
        if (left <= TimeSpan.Zero)
            return default;
        try
        {
            return await walk.Routes.AskAsync(name, walk.Type).AsTask().WaitAsync(left, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return default;
        }
    }

    private SearchWalk? BeginWalk(in DnsClient client, ReadOnlySpan<byte> message)
    {
        Span<byte> name = stackalloc byte[DnsName.MaxLength];
        return _lists is null ? null : BeginWalk(client, DnsQuery.Read(message, name));
    }

    // Only the types that programs look up by short names; only for clients that leave the search to us (RD); and only where zone and servers alone say what names are.
    private SearchWalk? BeginWalk(in DnsClient client, in DnsQuery query) =>
        query is { Kind: QueryKind.Ask, Class: DnsClass.IN, Type: DnsType.A or DnsType.AAAA } && (query.Header.Flags & DnsFlags.RecursionDesired) != 0 && !_routes.IsSpecial && _knowledge == ZoneKnowledge.Whole && _lists?.Of(client.Address) is { } list
            ? SearchWalk.Begin(list, _zone, _routes, query.Name, query.Type, time.GetUtcNow())
            : null;

    private (int Length, AnswerSource Source) WriteEnd(SearchWalk walk, in DnsClient client, ReadOnlySpan<byte> message, Span<byte> buffer)
    {
        Span<byte> name = stackalloc byte[DnsName.MaxLength];
        var query = DnsQuery.Read(message, name);
        var (length, note) = WriteEnd(walk, client, query, buffer);
        return (_options.Append(client, query, note.Error, buffer, length), note.Source);
    }

    private (int Length, AnswerNote Note) WriteEnd(SearchWalk walk, in DnsClient client, in DnsQuery query, Span<byte> buffer)
    {
        if (walk.Final is null)
        {
            _responder.Respond(walk.Zone, query, client.Transport, 0, buffer, out var plain, out var why);
            return (plain, why);
        }

        Interlocked.Increment(ref _completed);
        var note = walk.Others is not { } others ? new AnswerNote(AnswerSource.Zone) : walk.IsRemembered ? new AnswerNote(AnswerSource.Cache) : NoteOf(others);
        return (_responder.Complete(walk, query, client.Transport, unchecked(_turn++), time.GetUtcNow(), buffer), note);
    }
}
