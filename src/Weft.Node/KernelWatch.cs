using Microsoft.Extensions.Logging;
using Weft.Kubernetes.Client;
using Weft.Model.Nodes;
using Weft.Netlink;

namespace Weft.Node;

/// <summary>Listens to the kernel: what others change in links, addresses and our routes leads to a turn at once, not half a minute later.</summary>
internal sealed class KernelWatch(INetworkStack network, ChangeSignal changed, Action doubt)
{
    /// <summary>Listens until cancelled. Without the kernel's notifications the periodic check has to do.</summary>
    public async Task RunAsync(ILogger logger, TimeSpan verifyPeriod, CancellationToken cancel)
    {
        try
        {
            await foreach (var change in network.WatchAsync(NetworkTopics.Links | NetworkTopics.Addresses | NetworkTopics.Routes, cancel).ConfigureAwait(false))
                Note(change);
        }
        catch (NetlinkException e)
        {
            Log.NoMonitor(logger, verifyPeriod.TotalSeconds, e.Message);
        }
        catch (OperationCanceledException)
        {
            // The end of the agent.
        }
    }

    /// <summary>Only what is ours can have drifted; every other link or address may change where peers are reached.</summary>
    private void Note(NetworkChange change)
    {
        switch (change)
        {
            case NetworkChange.Resync:
            case NetworkChange.OfRoute { Removed: true, Route.Protocol: RouteIds.Protocol }:
            case NetworkChange.OfLink { Removed: true, Link.Name: OverlayDevice.Name }:
                doubt();
                changed.Set();
                break;
            case NetworkChange.OfLink { Link.Name: not OverlayDevice.Name }:
            case NetworkChange.OfAddress:
                changed.Set();
                break;
        }
    }
}
