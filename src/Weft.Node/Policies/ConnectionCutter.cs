using Microsoft.Extensions.Logging;
using Weft.Model.Policies;
using Weft.Model.Services;
using Weft.Netlink;
using Weft.Netlink.Conntrack;
using Weft.Node.Connections;

namespace Weft.Node.Policies;

/// <summary>Cuts connections that stand and that the policies deny now: the kernel forgets them, so that their next packet is judged like a first one.</summary>
/// <remarks>
/// It works beside the turns. Only flows whose first packet came to or from a pod of this node that a policy selects can be denied, and whether they
/// are is asked of the same rules as for a new connection.
/// </remarks>
internal sealed class ConnectionCutter
{
    // A look at all flows takes the kernel ten milliseconds: the turn, and pods that wait for it, go first.
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(50);

    private readonly IConntrack _flows;
    private readonly ILogger _logger;
    private readonly BackgroundWork _work;
    private PolicyJudge? _judge;
    private string? _told;

    /// <param name="flows">The kernel's flows.</param>
    /// <param name="logger">Where to tell.</param>
    /// <param name="time">The clock.</param>
    public ConnectionCutter(IConntrack flows, ILogger logger, TimeProvider time)
    {
        (_flows, _logger) = (flows, logger);
        _work = new BackgroundWork(Cut, time, Delay);
    }

    /// <summary>How many connections were cut since the start.</summary>
    public long Deleted { get; private set; }

    /// <summary>Notes that the kernel enforces other policies now.</summary>
    public void Note(PolicyJudge judge)
    {
        Volatile.Write(ref _judge, judge);
        _work.Ask();
    }

    /// <summary>Leaves connections alone until policies are noted again.</summary>
    public void Rest() => Volatile.Write(ref _judge, null);

    /// <summary>Works until cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) => _work.RunAsync(cancel);

    /// <summary>Looks at all flows.</summary>
    /// <returns>Whether it went well.</returns>
    internal bool Cut()
    {
        if (Volatile.Read(ref _judge) is not { } judge)
            return true;
        try
        {
            var deleted = FlowSweep.Delete(_flows, new FlowFilter(), flow => !judge.Judge(ConnectionOf(flow)).IsAccepted);
            Deleted += deleted;
            if (deleted > 0)
                PolicyLog.ConnectionsCut(_logger, deleted);
            _told = null;
            return true;
        }
        catch (NetlinkException error)
        {
            if (_told != error.Message)
                PolicyLog.ConnectionsNotCut(_logger, error.Message);
            _told = error.Message;
            return false;
        }
    }

    /// <summary>As policies saw its first packet: whoever answers is whom destination NAT chose, and source NAT comes later.</summary>
    private static Connection ConnectionOf(Flow flow)
    {
        var protocol = flow.Original.Protocol;
        ushort? port = Enum.IsDefined((L4Protocol)protocol) ? flow.Reply.SourcePort : null;
        return new Connection(flow.Original.Source, flow.Reply.Source, protocol, port);
    }
}
