using System.Globalization;
using System.Text;
using Weft.Dns.Serving;
using Weft.KernelTests.Node;
using Weft.Kubernetes.Client;
using Weft.Netlink.Conntrack;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;
using Weft.Netlink.PacketLog;
using Weft.Node;

namespace Weft.KernelTests.Policies.Agent;

/// <summary>One life of the part of an agent that enforces policies.</summary>
internal sealed class RunningPolicies : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly KernelNftables _filter, _counters;
    private readonly KernelConntrack _flows;
    private readonly PolicyAgent _policies;
    private readonly Task _running;

    /// <param name="client">The API server.</param>
    /// <param name="node">The node.</param>
    /// <param name="socket">Where the CNI plugin asks.</param>
    /// <param name="sysctls">The kernel's settings; the node's when null.</param>
    public RunningPolicies(KubeClient client, TestNode node, string socket, ISysctls? sysctls)
    {
        var logger = new ConsoleLog(node.Name, TimeProvider.System);
        var options = new NodeAgentOptions
        {
            KubeConfig = new KubeConfig { Server = new Uri("https://127.0.0.1") },
            NodeName = node.Name,
            PolicySocket = socket,
            VerifyPeriod = TimeSpan.FromSeconds(2),
        };
        _filter = node.Namespace.Run(static () => new KernelNftables());
        _counters = node.Namespace.Run(static () => new KernelNftables());
        _flows = KernelConntrack.Open(node.Namespace);
        var cluster = new ClusterWatch(client, logger);
        var events = new EventRecorder(client, "weft-node", node.Name, logger);
        var kernel = new PolicyKernel(_filter, _filter, _flows, _counters, new KernelPacketLog(node.Namespace)) { Sysctls = sysctls ?? new KernelSysctls(node.Namespace) };
        _policies = new PolicyAgent(options, client, cluster, kernel, events, logger);
        _running = Task.Run(() => Task.WhenAll(cluster.RunAsync(_end.Token), events.RunAsync(_end.Token), _policies.RunAsync(_end.Token)));
    }

    public IAnswerGate Gate => _policies.Gate;

    public double Metric(string name)
    {
        var text = new StringBuilder();
        _policies.WriteMetrics(text);
        var line = text.ToString().Split('\n').FirstOrDefault(line => line.StartsWith($"{name} ", StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line[(name.Length + 1)..], CultureInfo.InvariantCulture);
    }

    public void ThrowIfFailed()
    {
        if (_running.IsFaulted)
            _running.GetAwaiter().GetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running.ContinueWith(_ => { }, TaskScheduler.Default);
        _flows.Dispose();
        _filter.Dispose();
        _counters.Dispose();
        _end.Dispose();
    }
}
