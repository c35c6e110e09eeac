using Microsoft.Extensions.Logging;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink;
using Weft.Netlink.Nftables;

namespace Weft.Node;

/// <summary>Hears who else writes to tables of ours, so that it is repaired at once and its author has a name.</summary>
/// <param name="monitor">The kernel's notifications.</param>
/// <param name="tables">Our tables.</param>
/// <param name="doubt">Called after every change.</param>
/// <param name="noteChange">Called for every change that somebody made for certain, if anybody wants to know.</param>
internal sealed class TableWatch(INftablesMonitor monitor, EquatableArray<NftTableId> tables, Action doubt, Action? noteChange)
{
    /// <summary>Tables that others rightly write to as well, so that a change there is no news.</summary>
    public EquatableArray<NftTableId> Shared { get; init; }

    /// <summary>Called after a change of shared tables alone.</summary>
    public Action? DoubtShared { get; init; }

    /// <summary>Listens until cancelled. Without the kernel's notifications the periodic check has to do.</summary>
    public async Task RunAsync(ILogger logger, TimeSpan verifyPeriod, CancellationToken cancel)
    {
        try
        {
            await foreach (var change in monitor.WatchAsync([.. tables, .. Shared], cancel).ConfigureAwait(false))
                Hear(change, logger);
        }
        catch (NetlinkException error)
        {
            Log.NoTableMonitor(logger, verifyPeriod.TotalSeconds, error.Message);
        }
        catch (OperationCanceledException)
        {
            // The end of the agent.
        }
    }

    private void Hear(NftChange change, ILogger logger)
    {
        var ours = change.Tables.Where(table => tables.AsSpan().Contains(table)).ToList();
        if (ours.Count > 0)
        {
            Log.TablesChanged(logger, change.Process ?? "somebody", change.ProcessId, string.Join(", ", ours));
            noteChange?.Invoke();
        }

        if (ours.Count > 0 || change.IsUnknown)
            doubt();
        else
            DoubtShared?.Invoke();
    }
}
