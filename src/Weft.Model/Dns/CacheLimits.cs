namespace Weft.Model.Dns;

/// <summary>How much of what others answered is remembered, and for how long.</summary>
public sealed record CacheLimits
{
    /// <summary>Most answers that are kept; those that nobody asked for again go first. 9,984 as CoreDNS; none turns the cache off.</summary>
    public int Entries { get; init; } = 9984;

    /// <summary>Longest time that an answer is used, whatever its TTL says. An hour as CoreDNS.</summary>
    public TimeSpan MaxTtl { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Shortest time; also of records that ask not to be kept. 5 s as CoreDNS.</summary>
    public TimeSpan MinTtl { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest time that it is remembered that a name or type does not exist. Half an hour as CoreDNS; RFC 2308 allows three.</summary>
    public TimeSpan MaxNegativeTtl { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long after its end an answer is still given when nobody can be asked (RFC 8767). An hour as CoreDNS; the RFC allows three days.</summary>
    public TimeSpan MaxStale { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How much of an answer's time may be left when it is asked for again ahead of its end, so that nobody waits; 0 turns that off. A tenth as CoreDNS.</summary>
    public double Prefetch { get; init; } = 0.1;

    /// <summary>The TTL of answers that are given after their end (RFC 8767, section 4).</summary>
    public TimeSpan StaleTtl { get; init; } = TimeSpan.FromSeconds(30);
}
