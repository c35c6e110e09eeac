namespace Weft.Kubernetes.Client;

/// <summary>Waits that grow with every failure in a row: doubled each time, with a random part so that many clients do not come back at once.</summary>
/// <param name="first">The first wait.</param>
/// <param name="longest">The longest wait.</param>
/// <param name="time">The clock.</param>
public sealed class Backoff(TimeSpan first, TimeSpan longest, TimeProvider time)
{
    private int _failures;

    /// <summary>The next wait: between half and the whole of the current step.</summary>
    public TimeSpan Next()
    {
        var step = Math.Min(first.TotalMilliseconds * Math.Pow(2, Math.Min(_failures++, 30)), longest.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(step * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    /// <summary>Waits the next wait.</summary>
    public Task WaitAsync(CancellationToken cancel) => Task.Delay(Next(), time, cancel);

    /// <summary>Whether there was a failure since the last success.</summary>
    public bool Failed => _failures > 0;

    /// <summary>Begins anew after a success.</summary>
    public void Reset() => _failures = 0;
}
