using System.Globalization;
using Weft.Model;
using Weft.Netlink;
using Weft.Netlink.Conntrack;

namespace Weft.Node.Proxy.Connections;

/// <summary>Warns while the kernel's table of connections is nearly full: when it is, new connections are dropped without a word.</summary>
/// <param name="nodeName">The node.</param>
/// <param name="flows">The kernel's flows.</param>
internal sealed class ConntrackPressure(string nodeName, IConntrack flows)
{
    // Far enough apart that a table on the brink is not reported every few seconds.
    private const double High = 0.9;
    private const double Low = 0.8;

    private Problem? _problem;

    /// <summary>The last look; null when there was none, or the kernel has no connection tracking.</summary>
    public ConntrackUsage? Usage { get; private set; }

    /// <summary>Looks, and says what is wrong. The problem stays as it is until it is over, figures included, so that it is one Event.</summary>
    public EquatableArray<Problem> Check()
    {
        try
        {
            var usage = flows.Usage();
            Usage = usage;
            _problem = usage.Share switch
            {
                > High => _problem ?? Full(usage),
                < Low => null,
                _ => _problem,
            };
        }
        catch (NetlinkException)
        {
            Usage = null;
            _problem = null;
        }

        return _problem is null ? [] : [_problem];
    }

    private Problem Full(ConntrackUsage usage) => new($"Node {nodeName}", "ConntrackNearlyFull", string.Create(
        CultureInfo.InvariantCulture,
        $"{usage.Entries} of {usage.Maximum} connections are in the kernel's table; when it is full, new ones are dropped: raise net.netfilter.nf_conntrack_max, or shorten net.netfilter.nf_conntrack_*_timeout*"));
}
