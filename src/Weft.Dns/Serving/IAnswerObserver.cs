namespace Weft.Dns.Serving;

/// <summary>Where an answer comes from.</summary>
public enum AnswerSource
{
    /// <summary>The server itself: what could not be read, or is not done for this client.</summary>
    Server,

    /// <summary>The cluster's zone.</summary>
    Zone,

    /// <summary>Names with addresses of their own in the settings.</summary>
    Hosts,

    /// <summary>What others said before.</summary>
    Cache,

    /// <summary>What others said before and what holds no more, because nobody answers now (RFC 8767).</summary>
    Stale,

    /// <summary>What others said just now.</summary>
    Upstream,

    /// <summary>Nobody: others were asked and did not answer (SERVFAIL).</summary>
    Failure,
}

/// <summary>One answer, as observers see it.</summary>
/// <param name="client">Who asked.</param>
/// <param name="query">The query, as it came.</param>
/// <param name="answer">The answer, as it is about to be sent.</param>
/// <param name="source">Where the answer comes from.</param>
/// <param name="took">Time between the query's arrival and now.</param>
public readonly ref struct AnswerSeen(DnsClient client, ReadOnlySpan<byte> query, ReadOnlySpan<byte> answer, AnswerSource source, TimeSpan took)
{
    /// <summary>Who asked.</summary>
    public DnsClient Client { get; } = client;

    /// <summary>The query, as it came; it may be unsound.</summary>
    public ReadOnlySpan<byte> Query { get; } = query;

    /// <summary>The answer, as it is about to be sent.</summary>
    public ReadOnlySpan<byte> Answer { get; } = answer;

    /// <summary>Where the answer comes from.</summary>
    public AnswerSource Source { get; } = source;

    /// <summary>Time between the query's arrival and now.</summary>
    public TimeSpan Took { get; } = took;
}

/// <summary>Sees each answer before it leaves: for metrics, logs, and whoever learns addresses from answers.</summary>
/// <remarks>
/// Called on the thread that answers, several at a time; the answer is sent when the call returns, so that what must be in force first can be put in force, and
/// everything else must be quick. Exceptions are the observer's own business: one that escapes costs the client the answer.
/// </remarks>
public interface IAnswerObserver
{
    /// <summary>An answer is ready.</summary>
    void Answered(in AnswerSeen seen);
}
