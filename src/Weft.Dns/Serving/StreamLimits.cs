namespace Weft.Dns.Serving;

/// <summary>How much of a server connections may take (RFC 7766, section 6.2).</summary>
public sealed record StreamLimits
{
    /// <summary>How long connections may be idle: 20 s, which is what clients are told who ask (RFC 7828).</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);

    /// <summary>How long a connection may be without a whole query, or without taking anything of an answer.</summary>
    public TimeSpan Patience { get; init; } = Idle;

    /// <summary>Most connections; one more ends the one that has been idle for longest.</summary>
    public int Connections { get; init; } = 512;

    /// <summary>Most connections from one address; one more is closed at once.</summary>
    public int PerClient { get; init; } = 32;

    /// <summary>Most queries of a connection that wait for others; more are read when these are answered.</summary>
    public int Pending { get; init; } = 64;
}
