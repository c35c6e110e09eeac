using Weft.Kubernetes.Client;

namespace Weft.Node.Dns;

/// <summary>Waits for the first full list of everything, and says when names of others are to be answered without it.</summary>
/// <remarks>
/// Who hears nothing asks again after 2.5 s (musl) or 5 s (glibc), who hears of a failure does not: an agent that only follows another one is silent until it knows everything. That ends after 2 s
/// when the API server cannot be reached, and after 10 s when it is slow.
/// </remarks>
/// <param name="states">How the watches stand.</param>
/// <param name="time">The clock.</param>
internal sealed class DnsPatience(IReadOnlyList<IInformerState> states, TimeProvider time)
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2), Long = TimeSpan.FromSeconds(10), BetweenLooks = TimeSpan.FromMilliseconds(250);

    /// <summary>Completes with <paramref name="synced"/>; calls <paramref name="begin"/> again and again while that takes too long.</summary>
    public async Task WaitAsync(Task synced, Action begin, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        while (!synced.IsCompleted)
        {
            await Task.WhenAny(synced, Task.Delay(BetweenLooks, time, cancel)).ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
            if (!synced.IsCompleted && IsOver(time.GetElapsedTime(started)))
                begin();
        }

        await synced.ConfigureAwait(false);
    }

    private bool IsOver(TimeSpan waited) => waited >= Long || (waited >= Short && states.Any(state => !state.HasSynced && state.LastError is not null));
}
