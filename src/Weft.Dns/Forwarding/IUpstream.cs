namespace Weft.Dns.Forwarding;

/// <summary>A server that others' names are asked of.</summary>
public interface IUpstream
{
    /// <summary>What it is called in messages and metrics: <c>192.0.2.53:53</c>.</summary>
    string Name { get; }

    /// <summary>Asks once, and waits until an answer to exactly this query is there.</summary>
    /// <param name="query">The query.</param>
    /// <param name="answer">Room for the answer, 64 KiB.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The answer's length.</returns>
    /// <exception cref="UpstreamException">It cannot be reached, or talks nonsense.</exception>
    /// <exception cref="OperationCanceledException">The wait ended.</exception>
    ValueTask<int> ExchangeAsync(ReadOnlyMemory<byte> query, Memory<byte> answer, CancellationToken ct);
}

/// <summary>Why a server could not be asked.</summary>
public sealed class UpstreamException(string message, Exception? inner = null) : Exception(message, inner);
