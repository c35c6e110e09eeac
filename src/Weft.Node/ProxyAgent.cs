using System.Text;
using Microsoft.Extensions.Logging;
using Weft.Compilers.Clusters;
using Weft.Compilers.Services.Ipvs;
using Weft.Compilers.Services.Nftables;
using Weft.Kubernetes.Client;
using Weft.Model;
using Weft.Netlink;
using Weft.Netlink.Conntrack;
using Weft.Netlink.Nftables;
using Weft.Node.Announcing;
using Weft.Node.Proxy;
using Weft.Node.Proxy.Connections;
using Weft.Node.Proxy.Health;
using Weft.Node.Proxy.Iptables;
using Weft.Node.Proxy.Ipvs;
using Weft.Node.Proxy.Nftables;
using Weft.Node.Proxy.Watching;
using Weft.Node.Status;

namespace Weft.Node;

/// <summary>What the proxy uses of the kernel.</summary>
/// <param name="Filter">Its own packet filter socket.</param>
/// <param name="Monitor">Notifications of changes by others than <paramref name="Filter"/>.</param>
/// <param name="Flows">Connections.</param>
/// <param name="Network">Addresses.</param>
/// <param name="Iptables">The commands; null for the host's.</param>
/// <param name="OpenIpvs">Opens what the target ipvs needs; null for that of the calling thread's network namespace.</param>
internal sealed record ProxyKernel(
    INftablesDriver Filter, INftablesMonitor Monitor, IConntrack Flows, INetworkStack Network, IIptables? Iptables = null, Func<IpvsKernel>? OpenIpvs = null);

/// <summary>Puts the proxy together: its loop, and what listens and looks beside it.</summary>
internal sealed class ProxyAgent : IDisposable
{
    private readonly NodeAgentOptions _options;
    private readonly ILogger _logger;
    private readonly ProxyMetrics _metrics;
    private readonly ProxyLoop _loop;
    private readonly TableWatch _tables;
    private readonly PressureWatch _pressure;
    private readonly ServiceWatch _services;

    public ProxyAgent(NodeAgentOptions options, KubeClient client, ClusterWatch cluster, ProxyKernel kernel, EventRecorder events, ILogger logger, BalancedServices? balanced = null)
    {
        _options = options;
        _logger = logger;
        var changed = new ChangeSignal();
        var services = new ServiceWatch(client, logger, changed);
        _services = services;
        _metrics = new ProxyMetrics(() => services.Index.Pending);
        var parts = new ProxyParts
        {
            Changed = changed,
            Services = services,
            Reconciler = new ProxyReconciler(options.NodeName, mode => Open(mode, kernel, options.Time)),
            Cleaner = new ConnectionCleaner(kernel.Flows, () => Addresses(kernel.Network), _metrics, logger, options.Time),
            Addresses = () => Addresses(kernel.Network),
            Metrics = _metrics,
            Health = new ProxyHealth(2 * options.VerifyPeriod, options.Time),
            Events = events,
            Balanced = balanced,
        };
        _loop = new ProxyLoop(options, cluster, parts, logger);
        _tables = new TableWatch(kernel.Monitor, [.. NftServiceProgram.Tables, .. IpvsPlan.Tables], _loop.Doubt, _metrics.NoteForeignChange)
        {
            Shared = IptablesProxy.Tables, DoubtShared = () => DoubtIptables(parts.Reconciler),
        };
        _pressure = new PressureWatch(
            new ConntrackPressure(options.NodeName, kernel.Flows),
            new ProblemReporter(events, logger),
            _metrics,
            problem => StatusReporter.Find(problem, cluster.Snapshot, options.NodeName),
            options.Time);
    }

    /// <summary>Services and slices, for whoever else needs them.</summary>
    public ServiceWatch Services => _services;

    /// <summary>How the watches of Services stand.</summary>
    public IReadOnlyList<IInformerState> States => _services.States;

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) =>
        Task.WhenAll(_loop.RunAsync(cancel), _tables.RunAsync(_logger, _options.VerifyPeriod, cancel), _pressure.RunAsync(cancel));

    /// <summary>Appends the proxy's figures.</summary>
    public void WriteMetrics(StringBuilder text) => _metrics.Write(text);

    public void Dispose() => _loop.Dispose();

    /// <summary>Our own commands are heard as well; that nothing else happened is what the target finds out first.</summary>
    private void DoubtIptables(ProxyReconciler reconciler)
    {
        if (reconciler.Mode == ProxyMode.Iptables)
            _loop.Doubt();
    }

    private static IProxyTarget Open(ProxyMode mode, ProxyKernel kernel, TimeProvider time) => mode switch
    {
        ProxyMode.Nftables => new NftablesProxy(kernel.Filter, time),
        ProxyMode.Iptables => new IptablesProxy(kernel.Iptables, kernel.Filter.Generation),
        ProxyMode.Ipvs => new IpvsProxy(kernel.OpenIpvs ?? (() => IpvsKernel.Open(kernel.Filter))),
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "no target"),
    };

    private static HashSet<IpAddress> Addresses(INetworkStack network) => network.Addresses().Select(address => address.Address).ToHashSet();
}
