namespace Weft.Node.Proxy;

/// <summary>How long to rest between two turns, so that what arrives together goes together, and a lone change goes at once.</summary>
/// <param name="Shortest">The rest after a turn that cost next to nothing.</param>
/// <param name="Longest">The longest rest.</param>
/// <remarks>The rest is twice what the turn cost: in a storm at most a third of a processor goes into turns, and a change waits for less than three turns.</remarks>
internal readonly record struct TurnPace(TimeSpan Shortest, TimeSpan Longest)
{
    private const int RestPerTurn = 2;

    /// <summary>The rest after a turn.</summary>
    public TimeSpan After(TimeSpan cost) => TimeSpan.FromTicks(long.Clamp(cost.Ticks * RestPerTurn, Shortest.Ticks, Longest.Ticks));
}
