using System.Threading.Channels;

namespace Weft.Kubernetes.Client;

/// <summary>Tells one waiter that something changed; many changes while it works are one.</summary>
public sealed class ChangeSignal
{
    private readonly Channel<bool> _channel = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Notes a change.</summary>
    public void Set() => _channel.Writer.TryWrite(true);

    /// <summary>Waits for the next change, or returns at once when there was one since the last wait.</summary>
    public async Task WaitAsync(CancellationToken cancel = default) => await _channel.Reader.ReadAsync(cancel).ConfigureAwait(false);

    /// <summary>Waits for the next change, but no longer than <paramref name="limit"/>.</summary>
    /// <returns>Whether there was a change.</returns>
    public async Task<bool> WaitAsync(TimeSpan limit, TimeProvider time, CancellationToken cancel = default)
    {
        if (limit == Timeout.InfiniteTimeSpan)
        {
            await WaitAsync(cancel).ConfigureAwait(false);
            return true;
        }

        using var elapsed = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(elapsed.Token, cancel);
        try
        {
            await WaitAsync(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
    }
}
