namespace Weft.Node.Policies.Domains;

/// <summary>For how long addresses of names hold, and how many.</summary>
internal sealed record DomainLimits
{
    /// <summary>At least so long, however short the TTL: a client that asks connects a moment later, and may try twice. 60 s.</summary>
    public TimeSpan Least { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>At most so long, however long the TTL; a day, as the answers of others are remembered at most.</summary>
    public TimeSpan Most { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long it is remembered for connections that stand; a day.</summary>
    public TimeSpan Past { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How many pairs of a name and an address; 16,384. Beyond, those go first that hold no more, then those that hold the shortest.</summary>
    public int Count { get; init; } = 16_384;

    /// <summary>How long an answer is held back at most; 2 s, less than resolvers wait before they ask again (5 s).</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(2);
}
