using System.Runtime.CompilerServices;
using Weft.Model;
using Weft.Model.Nftables;

namespace Weft.Netlink.Nftables;

public sealed partial class KernelNftables : INftablesMonitor
{
    // Each changed element that somebody listens to costs the kernel some microseconds, its listener's own included: a large batch of ours
    // would take several times as long.
    private const int LargeBatch = 64;

    private readonly List<NftListener> _listeners = [];

    /// <inheritdoc/>
    /// <remarks>
    /// The kernel drops our own notifications before they reach the socket. While a large batch of ours is carried out nobody listens;
    /// then the reader is told that something may have been missed, and <see cref="Generation"/> tells whether it was.
    /// </remarks>
    public async IAsyncEnumerable<NftChange> WatchAsync(EquatableArray<NftTableId> tables, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var listener = new NftListener(_socket.Transport, tables);
        lock (_listeners)
            _listeners.Add(listener);
        try
        {
            await foreach (var change in listener.ReadAllAsync(cancel).ConfigureAwait(false))
                yield return change;
        }
        finally
        {
            lock (_listeners)
                _listeners.Remove(listener);
        }
    }

    private static bool IsLarge(NftBatch batch)
    {
        var elements = 0;
        foreach (var operation in batch.Operations)
        {
            elements += operation switch
            {
                NftAddElements add => add.Elements.Count,
                NftDeleteElements delete => delete.Elements.Count,
                _ => 0,
            };
        }

        return elements > LargeBatch;
    }

    /// <summary>Carries something out while nobody listens.</summary>
    private void Unheard(Action action)
    {
        lock (_listeners)
            _listeners.ForEach(static listener => listener.Pause());
        try
        {
            action();
        }
        finally
        {
            lock (_listeners)
                _listeners.ForEach(static listener => listener.Resume());
        }
    }
}
