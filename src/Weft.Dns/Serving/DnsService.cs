using Weft.Dns.Caching;
using Weft.Dns.Forwarding;
using Weft.Dns.Routing;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model.Dns;

namespace Weft.Dns.Serving;

/// <summary>What a node answers: its own zone, then what is remembered of others, then others themselves.</summary>
/// <remarks>
/// <see cref="TryAnswer"/> is what listeners call first: it waits for nothing, and most questions end there. The zone is one reference, read once per question, and so
/// are the routes: <see cref="Zone"/> and <see cref="Routes"/> may be set at any time.
/// </remarks>
/// <param name="zone">The zone at first.</param>
/// <param name="routes">Whom others' names are asked of, at first; null when they are refused.</param>
/// <param name="time">The clock.</param>
public sealed class DnsService(ClusterZone zone, RouteTable? routes, TimeProvider time)
{
    private static readonly CacheLimits Defaults = new();

    private readonly AnswerObservers _observers = new();
    private readonly Responder _responder = new(recursion: routes is not null);
    private volatile ClusterZone _zone = zone;
    private volatile RouteTable _routes = routes ?? RouteTable.None;
    private uint _turn;

    /// <summary>A service that asks the same servers for all names of others; null: they are refused.</summary>
    public DnsService(ClusterZone zone, Forwarder? forwarder, TimeProvider time)
        : this(zone, forwarder is null ? null : RouteTable.To(forwarder), time)
    {
    }

    /// <summary>The zone that is answered from.</summary>
    public ClusterZone Zone
    {
        get => _zone;
        set => _zone = value;
    }

    /// <summary>Whom others' names are asked of.</summary>
    public RouteTable Routes
    {
        get => _routes;
        set => _routes = value;
    }

    /// <summary>Shows each answer to an observer before it leaves, until what is returned is disposed.</summary>
    public IDisposable Observe(IAnswerObserver observer) => _observers.Add(observer);

    /// <summary>Answers what can be answered at once.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="message">The query as it came.</param>
    /// <param name="buffer">Room for the answer, as <see cref="Responder.Respond"/> has it.</param>
    /// <param name="length">How long the answer is; zero when there is nothing to send.</param>
    /// <returns>False when others are to be asked: <see cref="AnswerAsync"/> does.</returns>
    public bool TryAnswer(in DnsClient client, ReadOnlySpan<byte> message, Span<byte> buffer, out int length)
    {
        var began = _observers.Begin();
        if (!AnswersAtOnce(client, message, buffer, out length, out var source))
            return false;
        _observers.Tell(client, message, buffer[..length], source, began);
        return true;
    }

    /// <summary>Answers with the help of others.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="message">A query that <see cref="TryAnswer"/> left.</param>
    /// <param name="buffer">Room for the answer.</param>
    /// <returns>How long the answer is.</returns>
    public async ValueTask<int> AnswerAsync(DnsClient client, ReadOnlyMemory<byte> message, Memory<byte> buffer)
    {
        var began = _observers.Begin();
        var (name, type, target) = Read(message.Span);
        var forwarded = await _routes.AskAsync(target ?? name, type).ConfigureAwait(false);
        var length = Write(message.Span, client.Transport, forwarded.Answer, isAlias: target is not null, buffer.Span);
        var source = forwarded.Answer is null ? AnswerSource.Failure : forwarded.IsStale ? AnswerSource.Stale : AnswerSource.Upstream;
        _observers.Tell(client, message.Span, buffer.Span[..length], source, began);
        return length;
    }

    private bool AnswersAtOnce(in DnsClient client, ReadOnlySpan<byte> message, Span<byte> buffer, out int length, out AnswerSource source)
    {
        Span<byte> name = stackalloc byte[DnsName.MaxLength];
        var query = DnsQuery.Read(message, name);
        var kind = _responder.Respond(_zone, query, client.Transport, unchecked(_turn++), buffer, out length, out source);
        if (kind is ResponseKind.Drop or ResponseKind.Send)
            return true;
        if (kind == ResponseKind.Follow || _routes.Known(query.Name, query.Type) is not { } known)
            return false;
        source = AnswerSource.Cache;
        length = known.Write(query, client.Transport, time.GetUtcNow(), Defaults.StaleTtl, buffer);
        return true;
    }

    /// <summary>What is asked for, and the name that an alias of ours leads to.</summary>
    private (DnsName Name, DnsType Type, DnsName? Target) Read(ReadOnlySpan<byte> message)
    {
        Span<byte> name = stackalloc byte[DnsName.MaxLength];
        var query = DnsQuery.Read(message, name);
        Span<byte> buffer = stackalloc byte[Responder.LongestDatagram];
        var writer = new MessageWriter(buffer);
        writer.TryWriteQuestion(query.Name, query.Type);
        var counts = default(SectionCounts);
        var outcome = _zone.Answer(query.Name, query.Type, 0, ref writer, ref counts);
        DnsName? target = null;
        if (outcome == ZoneOutcome.Alias && DnsMessage.TryRead(writer.Finish(new DnsHeader(0, DnsFlags.Response, 1, counts.Answers)), out var own))
            target = DnsName.FromWire(own.Answers[^1].Data.Span);
        return (DnsName.FromWire(query.Name), query.Type, target);
    }

    private int Write(ReadOnlySpan<byte> message, DnsTransport transport, CachedAnswer? answer, bool isAlias, Span<byte> buffer)
    {
        Span<byte> name = stackalloc byte[DnsName.MaxLength];
        var query = DnsQuery.Read(message, name);
        if (answer is null)
            return _responder.Fail(query, transport, buffer);
        return isAlias
            ? _responder.Follow(_zone, query, transport, answer, time.GetUtcNow(), buffer)
            : answer.Write(query, transport, time.GetUtcNow(), Defaults.StaleTtl, buffer);
    }
}
