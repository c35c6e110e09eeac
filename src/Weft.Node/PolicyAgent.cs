using System.Text;
using Microsoft.Extensions.Logging;
using Weft.Compilers.Policies.Nftables;
using Weft.Dns.Serving;
using Weft.Kubernetes.Client;
using Weft.Netlink.Conntrack;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;
using Weft.Netlink.PacketLog;
using Weft.Node.Policies;
using Weft.Node.Policies.Domains;
using Weft.Node.Policies.Verdicts;
using Weft.Node.Sockets;

namespace Weft.Node;

/// <summary>What policies use of the kernel.</summary>
/// <param name="Filter">Its own packet filter socket.</param>
/// <param name="Monitor">Notifications of changes by others than <paramref name="Filter"/>.</param>
/// <param name="Flows">Connections.</param>
/// <param name="Counters">Another packet filter socket, to read what is counted while the first one works.</param>
/// <param name="Packets">What is logged.</param>
internal sealed record PolicyKernel(INftablesDriver Filter, INftablesMonitor Monitor, IConntrack Flows, INftablesDriver Counters, IPacketLog Packets)
{
    /// <summary>The kernel's settings.</summary>
    public ISysctls Sysctls { get; init; } = new KernelSysctls();
}

/// <summary>Puts the enforcement of policies together: its loop, and what listens and looks beside it.</summary>
internal sealed class PolicyAgent
{
    private readonly NodeAgentOptions _options;
    private readonly ILogger _logger;
    private readonly PolicyMetrics _metrics = new();
    private readonly PolicyWatch _watch;
    private readonly PolicyLoop _loop;
    private readonly ConnectionCutter _cutter;
    private readonly TableWatch _tables;
    private readonly VerdictParts _verdicts;
    private readonly Dictionary<string, Answer> _answers;
    private readonly AgentSocket _socket;

    public PolicyAgent(NodeAgentOptions options, KubeClient client, ClusterWatch cluster, PolicyKernel kernel, EventRecorder events, ILogger logger)
    {
        (_options, _logger) = (options, logger);
        var changed = new ChangeSignal();
        var domains = new LearnedDomains(options.Time, new DomainFile($"{options.PolicySocket}.domains"), changed.Set);
        _watch = new PolicyWatch(client, new AttachmentFile($"{options.PolicySocket}.pods"), domains, logger, changed);
        Gate = new DomainGate(domains);
        _cutter = new ConnectionCutter(kernel.Flows, logger, options.Time);
        var attachments = new Attachments(_watch.Pods, options.NodeName, changed.Set);
        _verdicts = new VerdictParts(options, kernel.Packets, kernel.Counters, changed.Set, logger);
        var parts = new PolicyParts
        {
            Changed = changed,
            Policies = _watch,
            Attachments = attachments,
            Filter = kernel.Filter,
            Sysctls = kernel.Sysctls,
            Cutter = _cutter,
            Verdicts = _verdicts,
            Metrics = _metrics,
        };
        _loop = new PolicyLoop(options, cluster, parts, events, logger);
        _tables = new TableWatch(kernel.Monitor, NftPolicyProgram.Tables, _loop.Doubt, noteChange: null);
        var plugin = new AttachmentQuestion(attachments);
        _answers = new Dictionary<string, Answer>(_verdicts.Answers, StringComparer.Ordinal)
        {
            [AttachmentQuestion.Name] = plugin.AnswerAsync,
            [AttachmentQuestion.Gone] = plugin.NoteGoneAsync,
        };
        _socket = new AgentSocket(options.PolicySocket, _answers, logger, options.Time);
    }

    /// <summary>Pods, namespaces and policies, for whoever else needs them.</summary>
    public PolicyWatch Objects => _watch;

    /// <summary>Learns from answers of cluster DNS, and holds them back until the kernel knows.</summary>
    public IAnswerGate Gate { get; }

    /// <summary>Has questions of others answered on the agent's socket too. Before it runs.</summary>
    public void Answer(IEnumerable<KeyValuePair<string, Answer>> questions)
    {
        foreach (var (question, answer) in questions)
            _answers.Add(question, answer);
    }

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(
        _watch.RunAsync(cancel),
        _watch.Domains.RunAsync(cancel),
        _loop.RunAsync(cancel),
        _cutter.RunAsync(cancel),
        _verdicts.RunAsync(cancel),
        _socket.RunAsync(cancel),
        _tables.RunAsync(_logger, _options.VerifyPeriod, cancel));

    /// <summary>Appends the figures of policies.</summary>
    public void WriteMetrics(StringBuilder text)
    {
        _metrics.Write(text, _cutter.Deleted, _watch.Domains);
        _verdicts.WriteMetrics(text);
    }
}
