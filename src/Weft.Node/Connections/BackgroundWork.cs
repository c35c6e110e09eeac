using Weft.Kubernetes.Client;

namespace Weft.Node.Connections;

/// <summary>Work beside the turns: once for all that asked for it in the meantime, again after a failure.</summary>
/// <param name="work">Does it; returns whether it went well.</param>
/// <param name="time">The clock.</param>
/// <param name="delay">How long to wait before it, for what else will ask.</param>
internal sealed class BackgroundWork(Func<bool> work, TimeProvider time, TimeSpan delay = default)
{
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly ChangeSignal _asked = new();

    /// <summary>Asks for it.</summary>
    public void Ask() => _asked.Set();

    /// <summary>Works until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                await _asked.WaitAsync(cancel).ConfigureAwait(false);
                if (delay > TimeSpan.Zero)
                    await Task.Delay(delay, time, cancel).ConfigureAwait(false);
                var done = work();
                await Task.Delay(done ? Rest : Retry, time, cancel).ConfigureAwait(false);
                if (!done)
                    _asked.Set();
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the agent.
        }
    }
}
