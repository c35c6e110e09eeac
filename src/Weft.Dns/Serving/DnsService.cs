using Weft.Dns.Caching;
using Weft.Dns.Forwarding;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model.Dns;

namespace Weft.Dns.Serving;

/// <summary>What a node answers: its own zone, then what is remembered of others, then others themselves.</summary>
/// <remarks>
/// <see cref="TryAnswer"/> is what listeners call first: it waits for nothing, and most questions end there. The zone is one reference, read once per question:
/// <see cref="Zone"/> may be set at any time.
/// </remarks>
/// <param name="zone">The zone at first.</param>
/// <param name="forwarder">Who asks others; null when names of others are refused.</param>
/// <param name="time">The clock.</param>
public sealed class DnsService(ClusterZone zone, Forwarder? forwarder, TimeProvider time)
{
    private static readonly CacheLimits Defaults = new();

    private readonly Responder _responder = new(recursion: forwarder is not null);
    private volatile ClusterZone _zone = zone;
    private uint _turn;

    /// <summary>The zone that is answered from.</summary>
    public ClusterZone Zone
    {
        get => _zone;
        set => _zone = value;
    }

    /// <summary>Answers what can be answered at once.</summary>
    /// <param name="message">The query as it came.</param>
    /// <param name="transport">How it came.</param>
    /// <param name="buffer">Room for the answer, as <see cref="Responder.Respond"/> has it.</param>
    /// <param name="length">How long the answer is; zero when there is nothing to send.</param>
    /// <returns>False when others are to be asked: <see cref="AnswerAsync"/> does.</returns>
    public bool TryAnswer(ReadOnlySpan<byte> message, DnsTransport transport, Span<byte> buffer, out int length)
    {
        Span<byte> name = stackalloc byte[DnsName.MaxLength];
        var query = DnsQuery.Read(message, name);
        var kind = _responder.Respond(_zone, query, transport, unchecked(_turn++), buffer, out length);
        if (kind is ResponseKind.Drop or ResponseKind.Send)
            return true;
        if (kind == ResponseKind.Follow || forwarder!.Find(query.Name, query.Type) is not { } known)
            return false;
        length = known.Write(query, transport, time.GetUtcNow(), Defaults.StaleTtl, buffer);
        return true;
    }

    /// <summary>Answers with the help of others.</summary>
    /// <param name="message">A query that <see cref="TryAnswer"/> left.</param>
    /// <param name="transport">How it came.</param>
    /// <param name="buffer">Room for the answer.</param>
    /// <returns>How long the answer is.</returns>
    public async ValueTask<int> AnswerAsync(ReadOnlyMemory<byte> message, DnsTransport transport, Memory<byte> buffer)
    {
        var (name, type, target) = Read(message.Span);
        var forwarded = await forwarder!.AskAsync(target ?? name, type).ConfigureAwait(false);
        return Write(message.Span, transport, forwarded.Answer, isAlias: target is not null, buffer.Span);
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
