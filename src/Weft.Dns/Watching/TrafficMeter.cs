using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Dns.Watching;

/// <summary>What a meter saw: rates and times since the last look, the most frequent ones since it began.</summary>
/// <param name="Queries">Answers since the last look.</param>
/// <param name="Median">Half of them took no longer.</param>
/// <param name="Slowest">99 of 100 took no longer.</param>
/// <param name="Total">Answers since the beginning.</param>
/// <param name="Names">Names and types asked for most, and what comes of them.</param>
/// <param name="Clients">Who asks most.</param>
/// <param name="Codes">What comes of questions.</param>
/// <param name="Sources">Where answers come from.</param>
public sealed record Traffic(
    long Queries,
    TimeSpan Median,
    TimeSpan Slowest,
    long Total,
    IReadOnlyList<((DnsName Name, DnsType Type, DnsCode Code) Key, long Count)> Names,
    IReadOnlyList<(IpAddress Key, long Count)> Clients,
    IReadOnlyList<(DnsCode Key, long Count)> Codes,
    IReadOnlyList<(AnswerSource Key, long Count)> Sources)
{
    /// <summary>Which part of names of others came from memory; null when nobody asked for such names.</summary>
    public double? HitRatio
    {
        get
        {
            var hits = Of(AnswerSource.Cache) + Of(AnswerSource.Stale);
            var all = hits + Of(AnswerSource.Upstream) + Of(AnswerSource.Failure);
            return all > 0 ? (double)hits / all : null;
        }
    }

    private long Of(AnswerSource source) => Sources.FirstOrDefault(one => one.Key == source).Count;
}

/// <summary>Counts the answers of a service while somebody watches, and only for that.</summary>
/// <remarks>Its memory is bounded whatever is asked for. Watched answers cost a lock and some allocations more.</remarks>
public sealed class TrafficMeter : IAnswerObserver
{
    private const int Kept = 512, Kinds = 64;

    private readonly Lock _gate = new();
    private readonly TopCounts<(DnsName Name, DnsType Type, DnsCode Code)> _names = new(Kept);
    private readonly TopCounts<IpAddress> _clients = new(Kept);
    private readonly TopCounts<DnsCode> _codes = new(Kinds);
    private readonly TopCounts<AnswerSource> _sources = new(Kinds);
    private LatencyScale _times = new();
    private long _queries, _total;

    /// <inheritdoc/>
    public void Answered(in AnswerSeen seen)
    {
        Span<byte> room = stackalloc byte[DnsName.MaxLength];
        var query = DnsQuery.Read(seen.Query, room);
        var name = query.Name.IsEmpty ? DnsName.Root : DnsName.FromWire(query.Name);
        var code = DnsHeader.Read(seen.Answer).Code;
        lock (_gate)
        {
            _queries++;
            _total++;
            _names.Add((name, query.Type, code));
            _clients.Add(seen.Client.Address);
            _codes.Add(code);
            _sources.Add(seen.Source);
            _times.Add(seen.Took);
        }
    }

    /// <summary>What was seen; rates and times begin anew.</summary>
    /// <param name="most">How many names and clients, at most.</param>
    public Traffic Take(int most)
    {
        lock (_gate)
        {
            var (queries, times) = (_queries, _times);
            (_queries, _times) = (0, new LatencyScale());
            return new Traffic(queries, times.Percentile(0.5), times.Percentile(0.99), _total, _names.Most(most), _clients.Most(most), _codes.Most(Kinds), _sources.Most(Kinds));
        }
    }
}
