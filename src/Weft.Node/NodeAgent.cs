using Microsoft.Extensions.Logging;
using Weft.Kubernetes.Client;
using Weft.Netlink;
using Weft.Netlink.Nftables;

namespace Weft.Node;

/// <summary>The node agent: keeps one node's part of the pod network as the cluster's objects say. The same in a lab and on a real node.</summary>
/// <remarks>It works in the network namespace it was started in and leaves the datapath in place when it ends, however it ends.</remarks>
public static class NodeAgent
{
    /// <summary>Runs until cancelled.</summary>
    /// <param name="options">Which node, of which cluster.</param>
    /// <param name="cancel">Ends the agent, in good order.</param>
    /// <param name="logger">Where to tell people; standard error by default.</param>
    /// <exception cref="NetlinkException">The kernel has no netlink sockets for us.</exception>
    public static async Task RunAsync(NodeAgentOptions options, CancellationToken cancel = default, ILogger? logger = null)
    {
        logger ??= new ConsoleLog("agent", options.Time);
        using var client = new KubeClient(options.KubeConfig, new KubeClientOptions { Time = options.Time });
        using var network = KernelNetworkStack.Open();
        using var filter = new KernelNftables();
        Log.Started(logger, options.NodeName, options.KubeConfig.Server);
        await new AgentLoop(options, client, network, filter, logger).RunAsync(cancel).ConfigureAwait(false);
        Log.Stopped(logger, options.NodeName);
    }
}
