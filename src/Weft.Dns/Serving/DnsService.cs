using Weft.Dns.Forwarding;
using Weft.Dns.Routing;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model;
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
public sealed partial class DnsService(ClusterZone zone, RouteTable? routes, TimeProvider time)
{
    private static readonly CacheLimits Defaults = new();

    private readonly AnswerObservers _observers = new();
    private readonly AnswerOptions _options = new(new DnsCookies(), time);
    private readonly Responder _responder = new(recursion: routes is not null);
    private volatile ClusterZone _zone = zone;
    private volatile RouteTable _routes = routes ?? RouteTable.None;
    private volatile IpPrefix[] _transferTo = [];
    private volatile IAnswerGate? _gate;
    private long _faults;

    [ThreadStatic]
    private static uint _turn;

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

    /// <summary>Who may take the whole zone (AXFR); empty: nobody.</summary>
    public IReadOnlyList<IpPrefix> TransferTo
    {
        get => _transferTo;
        set => _transferTo = [.. value];
    }

    /// <summary>How many queries met a fault of the server itself; each was answered with SERVFAIL.</summary>
    public long Faults => Interlocked.Read(ref _faults);

    /// <summary>The last such fault.</summary>
    public Exception? LastFault { get; private set; }

    /// <summary>Who holds answers back; nobody when null. May be set at any time.</summary>
    public IAnswerGate? Gate
    {
        get => _gate;
        set => _gate = value;
    }

    /// <summary>Shows each answer to an observer before it leaves, until what is returned is disposed.</summary>
    public IDisposable Observe(IAnswerObserver observer) => _observers.Add(observer);

    /// <summary>Answers what can be answered at once.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="message">The query as it came.</param>
    /// <param name="buffer">Room for the answer, as <see cref="Responder.Respond"/> has it.</param>
    /// <param name="length">How long the answer is; zero when there is nothing to send.</param>
    /// <returns>False when others are to be asked, or the answer is to wait: <see cref="AnswerAsync"/> does.</returns>
    public bool TryAnswer(in DnsClient client, ReadOnlySpan<byte> message, Span<byte> buffer, out int length)
    {
        try
        {
            var began = _observers.Begin();
            if (!AnswersAtOnce(client, message, buffer, renames: true, out length, out var source))
                return false;
            if (length > 0 && _gate is { } gate && !gate.MayLeave(client, buffer[..length]))
                return false;
            _observers.Tell(client, message, buffer[..length], source, began);
        }
        catch (Exception e)
        {
            length = Excuse(client, message, e, buffer);
        }

        return true;
    }

    /// <summary>Answers with the help of others, and not before the answer may leave.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="message">A query that <see cref="TryAnswer"/> left.</param>
    /// <param name="buffer">Room for the answer.</param>
    /// <returns>How long the answer is.</returns>
    public async ValueTask<int> AnswerAsync(DnsClient client, ReadOnlyMemory<byte> message, Memory<byte> buffer)
    {
        try
        {
            var began = _observers.Begin();
            var gate = _gate;
            if (gate is null || !AnswersAtOnce(client, message.Span, buffer.Span, renames: true, out var length, out var source))
                (length, source) = await AskAsync(client, message, buffer).ConfigureAwait(false);
            if (gate is not null)
                await gate.WaitAsync(client, buffer[..length]).ConfigureAwait(false);
            _observers.Tell(client, message.Span, buffer.Span[..length], source, began);
            return length;
        }
        catch (Exception e)
        {
            return Excuse(client, message.Span, e, buffer.Span);
        }
    }

    private async ValueTask<(int Length, AnswerSource Source)> AskAsync(DnsClient client, ReadOnlyMemory<byte> message, Memory<byte> buffer)
    {
        if (_routes.IsSpecial && await AskRenamedAsync(client, message, buffer).ConfigureAwait(false) is { } renamed)
            return renamed;
        return await AskOthersAsync(client, message, buffer).ConfigureAwait(false);
    }

    private async ValueTask<(int Length, AnswerSource Source)> AskOthersAsync(DnsClient client, ReadOnlyMemory<byte> message, Memory<byte> buffer)
    {
        if (await CompleteAsync(client, message, buffer).ConfigureAwait(false) is { } completed)
            return completed;
        var (name, type, target) = Read(message.Span);
        var forwarded = await _routes.AskAsync(target ?? name, type).ConfigureAwait(false);
        var length = Write(client, message.Span, forwarded, isAlias: target is not null, buffer.Span, out var source);
        return (length, source);
    }

    /// <summary>Says that a query cannot be answered now, and why.</summary>
    /// <returns>The length of the answer; zero when nothing is to be sent.</returns>
    public int Fail(in DnsClient client, ReadOnlySpan<byte> message, ExtendedError error, Span<byte> buffer)
    {
        Span<byte> name = stackalloc byte[DnsName.MaxLength];
        var query = DnsQuery.Read(message, name);
        return query.Kind == QueryKind.Drop ? 0 : _options.Append(client, query, error, buffer, _responder.Fail(query, client.Transport, buffer));
    }

    /// <summary>Begins to give the whole zone away, when a query on a connection asks for it and its client may have it; null otherwise.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="message">A query that <see cref="TryAnswer"/> left.</param>
    public ZoneTransfer? BeginTransfer(in DnsClient client, ReadOnlySpan<byte> message)
    {
        Span<byte> name = stackalloc byte[DnsName.MaxLength];
        var query = DnsQuery.Read(message, name);
        var whole = _zone;
        return MayTransfer(client, query, whole) ? new ZoneTransfer(whole, query) : null;
    }

    private bool MayTransfer(in DnsClient client, in DnsQuery query, ClusterZone whole)
    {
        if (_knowledge != ZoneKnowledge.Whole || client.Transport != DnsTransport.Stream || query.Kind != QueryKind.Ask || query.Type is not (DnsType.AXFR or DnsType.IXFR) || !NameBytes.Equal(query.Name, whole.Origin.Wire))
            return false;
        foreach (var range in _transferTo)
        {
            if (range.Contains(client.Address))
                return true;
        }

        return false;
    }

    private bool AnswersAtOnce(in DnsClient client, ReadOnlySpan<byte> message, Span<byte> buffer, bool renames, out int length, out AnswerSource source)
    {
        Span<byte> name = stackalloc byte[DnsName.MaxLength];
        var query = DnsQuery.Read(message, name);
        var isAnswered = AnswersAtOnce(client, query, buffer, renames, out length, out AnswerNote note);
        source = note.Source;
        if (isAnswered)
            length = _options.Append(client, query, note.Error, buffer, length);
        return isAnswered;
    }

    private bool AnswersAtOnce(in DnsClient client, in DnsQuery query, Span<byte> buffer, bool renames, out int length, out AnswerNote note)
    {
        if (MayTransfer(client, query, _zone))
        {
            (length, note) = (0, default);
            return false;
        }

        var table = _routes;
        if (table.IsSpecial && AnswersSpecially(table, client, query, buffer, renames, out length, out note) is { } isAnswered)
            return isAnswered;
        if (IsUnknown(query))
        {
            (length, note) = (_responder.Fail(query, client.Transport, buffer), new AnswerNote(AnswerSource.Failure, NotReady));
            return true;
        }

        var kind = _responder.Respond(_zone, query, client.Transport, unchecked(_turn++), buffer, out length, out note);
        if (kind is ResponseKind.Drop or ResponseKind.Send)
            return TryComplete(client, query, buffer, ref length, ref note);
        return kind != ResponseKind.Follow && Remembered(table, client, query, buffer, out length, out note);
    }

    private bool Remembered(RouteTable table, in DnsClient client, in DnsQuery query, Span<byte> buffer, out int length, out AnswerNote note)
    {
        (length, note) = (0, default);
        if (table.Known(query.Name, query.Type) is not { } known)
            return false;
        note = new AnswerNote(AnswerSource.Cache);
        length = known.Write(query, client.Transport, time.GetUtcNow(), Defaults.StaleTtl, buffer);
        return true;
    }

    private int Excuse(in DnsClient client, ReadOnlySpan<byte> message, Exception fault, Span<byte> buffer)
    {
        Interlocked.Increment(ref _faults);
        LastFault = fault;
        return Fail(client, message, new ExtendedError(ExtendedErrorCode.Other, "the server has a fault, which its log tells"), buffer);
    }

    /// <summary>What is asked for, and the name that an alias of ours leads to.</summary>
    private (DnsName Name, DnsType Type, DnsName? Target) Read(ReadOnlySpan<byte> message)
    {
        Span<byte> name = stackalloc byte[DnsName.MaxLength];
        var query = DnsQuery.Read(message, name);
        return (DnsName.FromWire(query.Name), query.Type, _zone.Probe(query.Name, query.Type).Target);
    }

    private int Write(in DnsClient client, ReadOnlySpan<byte> message, in Forwarded forwarded, bool isAlias, Span<byte> buffer, out AnswerSource source)
    {
        Span<byte> name = stackalloc byte[DnsName.MaxLength];
        var query = DnsQuery.Read(message, name);
        var note = NoteOf(forwarded);
        source = note.Source;
        var length = forwarded.Answer is not { } answer ? _responder.Fail(query, client.Transport, buffer)
            : isAlias ? _responder.Follow(_zone, query, client.Transport, answer, time.GetUtcNow(), buffer)
            : answer.Write(query, client.Transport, time.GetUtcNow(), Defaults.StaleTtl, buffer);
        return _options.Append(client, query, note.Error, buffer, length);
    }

    private static AnswerNote NoteOf(in Forwarded forwarded) => forwarded switch
    {
        { Answer: null } => new(AnswerSource.Failure, new ExtendedError(ExtendedErrorCode.NoReachableAuthority, forwarded.Failure ?? "")),
        { IsStale: true } => new(AnswerSource.Stale, new ExtendedError(forwarded.Answer.Code == DnsCode.NXDomain ? ExtendedErrorCode.StaleNXDomainAnswer : ExtendedErrorCode.StaleAnswer, forwarded.Failure ?? "")),
        _ => new(AnswerSource.Upstream),
    };
}
