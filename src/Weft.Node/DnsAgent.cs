using System.Text;
using Microsoft.Extensions.Logging;
using Weft.Compilers.Dns;
using Weft.Dns.Metrics;
using Weft.Dns.Serving;
using Weft.Kubernetes.Client;
using Weft.Model.Nodes;
using Weft.Netlink;
using Weft.Netlink.Nftables;
using Weft.Node.Dns;
using Weft.Node.Dns.Asking;
using Weft.Node.Policies;
using Weft.Node.Proxy.Watching;
using Weft.Node.Sockets;

namespace Weft.Node;

/// <summary>What DNS uses of the kernel.</summary>
/// <param name="Filter">Its own packet filter socket.</param>
/// <param name="Monitor">Notifications of changes by others than <paramref name="Filter"/>.</param>
/// <param name="Network">Addresses.</param>
internal sealed record DnsKernel(INftablesDriver Filter, INftablesMonitor Monitor, INetworkStack Network);

/// <summary>Puts cluster DNS together: its loop, its server, and what listens to the kernel beside them.</summary>
internal sealed class DnsAgent : IAsyncDisposable
{
    private readonly NodeAgentOptions _options;
    private readonly ILogger _logger;
    private readonly INetworkStack _network;
    private readonly DnsLoop _loop;
    private readonly TableWatch _tables;
    private readonly DnsLoopMetrics _metrics;
    private readonly DnsQuestions _questions;
    private readonly DnsTopQuestion _top;
    private readonly DnsMetrics _queries;

    public DnsAgent(NodeAgentOptions options, ClusterWatch cluster, ServiceWatch services, PolicyWatch policies, DnsKernel kernel, EventRecorder events, ILogger logger)
    {
        (_options, _logger, _network) = (options, logger, kernel.Network);
        _metrics = new DnsLoopMetrics(() => services.States.Concat(cluster.States).Max(state => state.StaleFor));
        var changed = new ChangeSignal();
        policies.OnNamespaces(changed);
        var resolver = new NodeResolver(options.ResolvConf);
        var searches = new SearchDirectory(options.NodeName);
        var pods = new PodAddresses();
        policies.Pods.OnSeen(searches.Note);
        policies.Pods.OnSeen(pods.Note);
        var parts = new DnsParts
        {
            Changed = changed,
            Services = services,
            Namespaces = policies.Namespaces,
            NamespacesSynced = policies.NamespacesSynced,
            Memory = new DnsMemory(new LastHeardFile($"{options.PolicySocket}.dns")),
            Place = new DnsPlace(kernel.Network, kernel.Filter),
            Resolver = resolver,
            Searches = searches,
            Pods = pods,
            Events = events,
            Metrics = _metrics,
        };
        _loop = new DnsLoop(options, cluster, parts, logger);
        _queries = new DnsMetrics(_loop.Service);
        _loop.Service.Observe(_queries);
        _questions = new DnsQuestions(_loop, policies.Pods, resolver, new AnswerFacts(services, policies.Pods), options);
        _top = new DnsTopQuestion(_loop.Service, policies.Pods, options);
        _tables = new TableWatch(kernel.Monitor, [NodeTables.Dns], _loop.Doubt, noteChange: null);
    }

    /// <summary>Questions about names and answers, which the agent's socket takes.</summary>
    public IEnumerable<KeyValuePair<string, Answer>> Answers => [new(DnsQuestions.Query, _questions.AnswerQueryAsync), new(DnsTopQuestion.Name, _top.AnswerAsync)];

    /// <summary>What answers.</summary>
    public DnsService Service => _loop.Service;

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) =>
        Task.WhenAll(_loop.RunAsync(cancel), _tables.RunAsync(_logger, _options.VerifyPeriod, cancel), WatchAddressesAsync(cancel));

    /// <summary>Appends the figures of DNS.</summary>
    public void WriteMetrics(StringBuilder text)
    {
        _metrics.Write(text);
        _queries.Write(text);
    }

    /// <summary>Stops answering; addresses and table stay, for the agent that comes next.</summary>
    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    private async Task WatchAddressesAsync(CancellationToken cancel)
    {
        try
        {
            await foreach (var change in _network.WatchAsync(NetworkTopics.Addresses, cancel).ConfigureAwait(false))
            {
                if (change is NetworkChange.Resync or NetworkChange.OfAddress { Removed: true, Address.Device: DnsPlaceCompiler.Device })
                    _loop.Doubt();
            }
        }
        catch (NetlinkException error)
        {
            Log.NoMonitor(_logger, _options.VerifyPeriod.TotalSeconds, error.Message);
        }
        catch (OperationCanceledException)
        {
            // The end of the agent.
        }
    }
}
