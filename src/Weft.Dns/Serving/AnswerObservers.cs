using System.Diagnostics;

namespace Weft.Dns.Serving;

/// <summary>Who sees the answers of a service. When nobody does, an answer costs one comparison more.</summary>
internal sealed class AnswerObservers
{
    private readonly Lock _gate = new();
    private volatile IAnswerObserver[] _all = [];

    /// <summary>The time at which a query began; zero when nobody wants to know.</summary>
    public long Begin() => _all.Length == 0 ? 0 : Stopwatch.GetTimestamp();

    /// <summary>Shows an answer to everybody.</summary>
    public void Tell(in DnsClient client, ReadOnlySpan<byte> query, ReadOnlySpan<byte> answer, AnswerSource source, long began)
    {
        var all = _all;
        if (all.Length == 0 || answer.IsEmpty)
            return;
        var seen = new AnswerSeen(client, query, answer, source, began == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(began));
        foreach (var one in all)
            one.Answered(seen);
    }

    /// <summary>Adds one, until what is returned is disposed.</summary>
    public IDisposable Add(IAnswerObserver observer)
    {
        lock (_gate)
            _all = [.. _all, observer];
        return new Membership(this, observer);
    }

    private sealed class Membership(AnswerObservers observers, IAnswerObserver observer) : IDisposable
    {
        public void Dispose()
        {
            lock (observers._gate)
                observers._all = [.. observers._all.Where(one => !ReferenceEquals(one, observer))];
        }
    }
}
