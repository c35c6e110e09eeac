using Microsoft.Extensions.Logging;
using Weft.Kubernetes.Client;
using Weft.Netlink;
using Weft.Netlink.Conntrack;
using Weft.Netlink.Nftables;
using Weft.Netlink.PacketLog;
using Weft.Node.Announcing;
using Weft.Node.Status;

namespace Weft.Node;

/// <summary>The node agent: keeps one node's part of the network as the cluster's objects say. The same in a lab and on a real node.</summary>
/// <remarks>
/// It works in the network namespace it was started in and leaves the datapath in place when it ends, however it ends. Routes, Services, policies
/// and names have a loop each, so that none waits for another.
/// </remarks>
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
        using var services = new KernelNftables();
        using var policies = new KernelNftables();
        using var counters = new KernelNftables();
        using var places = new KernelNftables();
        using var flows = new KernelConntrack();
        using var policedFlows = new KernelConntrack();
        var cluster = new ClusterWatch(client, logger);
        var events = new EventRecorder(client, "weft-node", options.NodeName, logger);
        var balanced = new BalancedServices();
        using var proxy = new ProxyAgent(options, client, cluster, new ProxyKernel(services, services, flows, network), events, logger, balanced);
        var policy = new PolicyAgent(options, client, cluster, new PolicyKernel(policies, policies, policedFlows, counters, new KernelPacketLog()), events, logger);
        await using var names = new DnsAgent(options, cluster, proxy.Services, policy.Objects, new DnsKernel(places, places, network), events, logger);
        names.Service.Gate = policy.Gate;
        policy.Answer(names.Answers);
        var announced = new AnnounceMetrics();
        using var announcing = new AnnounceLoop(
            options,
            new AnnounceParts
            {
                Cluster = cluster,
                Services = balanced,
                Leases = new AgentLeases(client, options.NodeName, cluster, logger),
                Network = network,
                Announcer = new PacketAnnouncer(announced),
                Events = events,
                Metrics = announced,
            },
            logger);
        var health = new AgentHealth(options, () => cluster.StaleFor, text =>
        {
            proxy.WriteMetrics(text);
            policy.WriteMetrics(text);
            names.WriteMetrics(text);
            announced.Write(text);
        });
        var routes = new AgentLoop(options, client, cluster, network, filter, events, health, logger);
        var supply = new SupplyReport(options.KubeConfig.Server, [.. cluster.States, .. proxy.States], logger);
        Log.Started(logger, options.NodeName, options.KubeConfig.Server);
        await TogetherAsync(
            cancel, cluster.RunAsync, events.RunAsync, ended => health.RunAsync(logger, ended), routes.RunAsync, proxy.RunAsync, policy.RunAsync, names.RunAsync, announcing.RunAsync,
            ended => supply.RunAsync(options.VerifyPeriod, options.Time, ended)).ConfigureAwait(false);
        Log.Stopped(logger, options.NodeName);
    }

    /// <summary>Runs parts until cancelled; the first that fails ends the others, and its failure is ours.</summary>
    private static async Task TogetherAsync(CancellationToken cancel, params Func<CancellationToken, Task>[] parts)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var tasks = parts.Select(part => RunAsync(part, ended)).ToList();
        try
        {
            await Task.WhenAll(tasks).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The wish to end is no failure.
        }
    }

    private static async Task RunAsync(Func<CancellationToken, Task> part, CancellationTokenSource ended)
    {
        try
        {
            await Task.Run(() => part(ended.Token)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // Another part has ended, or all shall.
        }
        catch
        {
            await ended.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }
}
