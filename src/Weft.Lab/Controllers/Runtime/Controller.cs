using Weft.Kubernetes.Client;

namespace Weft.Lab.Controllers;

/// <summary>A loop that makes the cluster what its objects say: wait for a change, look at everything, do what is missing.</summary>
/// <remarks>Nothing is remembered between turns, so a controller may end at any moment and another may go on.</remarks>
internal abstract class Controller(ControllerContext context)
{
    /// <summary>The name in logs.</summary>
    public abstract string Name { get; }

    protected ControllerContext Context { get; } = context;

    protected ClusterInformers Cluster => Context.Cluster;

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            await LoopAsync(ending.Token).ConfigureAwait(false);
        }
        finally
        {
            // What the subscription started for this run ends with it.
            await ending.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Names the informers whose changes wake this controller, and waits until they have listed.</summary>
    protected abstract Task SubscribeAsync(ChangeSignal signal, CancellationToken cancel);

    /// <summary>Compares what is with what should be, and acts on the difference.</summary>
    protected abstract Task ReconcileAsync(Turn turn, CancellationToken cancel);

    private async Task LoopAsync(CancellationToken cancel)
    {
        var signal = new ChangeSignal();
        await SubscribeAsync(signal, cancel).WaitAsync(cancel).ConfigureAwait(false);
        var backoff = new Backoff(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(15), Context.Time);
        signal.Set();
        var limit = Timeout.InfiniteTimeSpan;
        while (true)
        {
            await signal.WaitAsync(limit, Context.Time, cancel).ConfigureAwait(false);
            var turn = new Turn(Context, Name);
            await ReconcileAsync(turn, cancel).ConfigureAwait(false);
            if (!turn.Failed)
                backoff.Reset();
            limit = turn.Failed ? Sooner(backoff.Next(), turn.Next) : turn.Next;
        }
    }

    private static TimeSpan Sooner(TimeSpan left, TimeSpan right) => right == Timeout.InfiniteTimeSpan || left < right ? left : right;
}
