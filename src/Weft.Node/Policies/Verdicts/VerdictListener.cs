using Microsoft.Extensions.Logging;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Policies;
using Weft.Netlink;
using Weft.Netlink.Libc;
using Weft.Netlink.PacketLog;

namespace Weft.Node.Policies.Verdicts;

/// <summary>The one who listens to what the kernel logs of policies: gives each packet its names and hands it on. Nothing but the agent's end stops it.</summary>
/// <param name="options">Which node; how often to try again.</param>
/// <param name="packets">The kernel's log.</param>
/// <param name="log">Where verdicts go.</param>
/// <param name="tally">Where they are counted.</param>
/// <param name="logger">Where to tell.</param>
internal sealed class VerdictListener(NodeAgentOptions options, IPacketLog packets, VerdictLog log, VerdictTally tally, ILogger logger)
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile VerdictNames? _names;
    private volatile Problem? _problem;

    /// <summary>Called when it begins to listen.</summary>
    public Action? Began { get; init; }

    /// <summary>Called when <see cref="Problem"/> changed.</summary>
    public Action? ProblemChanged { get; init; }

    /// <summary>Why it cannot listen; null while it does, and before there is anything to listen to.</summary>
    public Problem? Problem => _problem;

    /// <summary>Whether it hears what the kernel logs.</summary>
    public bool IsListening { get; private set; }

    /// <summary>Notes what the kernel enforces from now on.</summary>
    /// <param name="judge">By what it decides.</param>
    /// <param name="cluster">Who pods and nodes are.</param>
    /// <param name="anybody">Whether policies select a pod, so that there is something to hear.</param>
    public void Note(PolicyJudge judge, ClusterSnapshot cluster, bool anybody)
    {
        var known = _names;
        _names = new VerdictNames(options.NodeName, judge, known?.Judge == judge ? known.Before : known?.Judge, cluster);
        if (anybody)
            _begun.TrySetResult();
    }

    /// <summary>Listens until cancelled, from the first policy on.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            await _begun.Task.WaitAsync(cancel).ConfigureAwait(false);
            while (true)
            {
                await ListenAsync(cancel).ConfigureAwait(false);
                await Task.Delay(options.VerifyPeriod, options.Time, cancel).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the agent.
        }
    }

    private async Task ListenAsync(CancellationToken cancel)
    {
        try
        {
            await foreach (var packet in packets.ListenAsync(PolicyLogging.Group, cancel).ConfigureAwait(false))
            {
                if (!IsListening)
                    Become(listening: true, problem: null);
                if (packet is { } heard)
                    Hear(heard);
            }
        }
        catch (NetlinkException error)
        {
            Become(listening: false, new Problem(
                $"Node {options.NodeName}",
                error.Errno == Errno.EBUSY ? "PolicyLogTaken" : "PolicyLogUnavailable",
                $"what policies deny on this node is not logged: {error.Message}. They are enforced all the same"));
        }
    }

    private void Hear(LoggedPacket packet)
    {
        if (packet.Missed > 0)
            log.Miss(packet.Missed);
        if (_names?.NameOf(packet, options.Time.GetUtcNow()) is not { } verdict)
            return;
        log.Add(verdict);
        tally.Add(verdict);
    }

    private void Become(bool listening, Problem? problem)
    {
        if (listening)
        {
            PolicyLog.Listens(logger, PolicyLogging.Group);
            Began?.Invoke();
        }

        IsListening = listening;
        if (_problem == problem)
            return;
        _problem = problem;
        ProblemChanged?.Invoke();
    }
}
