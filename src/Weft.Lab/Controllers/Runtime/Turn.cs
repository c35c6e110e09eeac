using Weft.Kubernetes.Client;

namespace Weft.Lab.Controllers;

/// <summary>One turn of a controller: failures of one object do not keep it from the others, and time can be asked for.</summary>
internal sealed class Turn(ControllerContext context, string controller)
{
    private readonly Lock _gate = new();

    /// <summary>Whether something is to be tried again.</summary>
    public bool Failed { get; private set; }

    /// <summary>When to look again without a change; infinite when nothing waits.</summary>
    public TimeSpan Next { get; private set; } = Timeout.InfiniteTimeSpan;

    /// <summary>Asks for another turn after <paramref name="wait"/>.</summary>
    public void After(TimeSpan wait)
    {
        // Timers have milliseconds; one more makes sure that the moment has passed.
        wait = TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(wait.TotalMilliseconds) + 1));
        lock (_gate)
        {
            if (Next == Timeout.InfiniteTimeSpan || wait < Next)
                Next = wait;
        }
    }

    /// <summary>Does something for one object; a refusal is logged and tried again later.</summary>
    /// <returns>The refusal, or null.</returns>
    public async Task<KubeApiException?> TryAsync(string action, Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
            return null;
        }
        catch (KubeApiException error)
        {
            // Conflicts and vanished objects are news on their way to the informers, not failures worth a line.
            if (!error.IsConflict && !error.IsNotFound)
                ControllerLog.Failed(context.Logger, controller, action, error.Message);
            lock (_gate)
                Failed = true;
            return error;
        }
    }

    /// <summary>Does the same for many objects, several at a time.</summary>
    public static Task ForEachAsync<T>(IEnumerable<T> items, Func<T, Task> work, CancellationToken cancel) =>
        Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancel }, async (item, _) => await work(item).ConfigureAwait(false));
}
