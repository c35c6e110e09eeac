using Weft.Kubernetes.Client;

namespace Weft.Node.Proxy;

/// <summary>When turns are taken: at once when something changed after a rest, once for all that changed during a rest, again after a failure, and from time to time.</summary>
/// <param name="changed">Set by whatever asks for a turn.</param>
/// <param name="options">Rests and periods.</param>
internal sealed class TurnLoop(ChangeSignal changed, NodeAgentOptions options)
{
    private readonly TurnPace _pace = new(options.ShortestProxyRest, options.LongestProxyRest);

    /// <summary>Takes turns until cancelled.</summary>
    /// <param name="turn">A turn; returns whether nothing is left to be tried again.</param>
    /// <param name="doubt">Called before a turn that nothing but time asked for.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task RunAsync(Func<bool> turn, Action doubt, CancellationToken cancel)
    {
        var time = options.Time;
        var retry = options.FirstRetry;

        // What the first turn costs, reading back and getting started, says nothing about the next.
        var (isSettled, rest) = (turn(), _pace.Shortest);
        while (true)
        {
            await Task.Delay(rest, time, cancel).ConfigureAwait(false);
            retry = isSettled ? options.FirstRetry : TimeSpan.FromTicks(long.Min(retry.Ticks * 2, options.VerifyPeriod.Ticks));
            if (!await changed.WaitAsync(isSettled ? options.VerifyPeriod : retry, time, cancel).ConfigureAwait(false))
                doubt();
            var started = time.GetTimestamp();
            isSettled = turn();
            rest = _pace.After(time.GetElapsedTime(started));
        }
    }
}
