using Weft.Compilers.Clusters;
using Weft.Compilers.Pods;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;

namespace Weft.Node.Policies;

/// <summary>Whether frames between two pods on one bridge are judged by a table of their own.</summary>
/// <remarks>
/// With br_netfilter the kernel sends such frames through the table of routed packets (the agent switches that on). Without, they need a table of the bridge
/// family with connection tracking (nf_conntrack_bridge, Linux 5.3), which not every kernel has.
/// </remarks>
/// <param name="sysctls">The kernel's settings.</param>
/// <param name="time">The clock.</param>
internal sealed class BridgeFrames(ISysctls sysctls, TimeProvider time)
{
    // Somebody may load the module later.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private ConfigMap? _configuration;
    private bool _isBridged;
    private NftException? _refused;
    private long _refusedAt;

    /// <summary>Whether the table is wanted, and not refused lately.</summary>
    public bool NeedTable(ClusterSnapshot cluster)
    {
        if (!ReferenceEquals(cluster.Configuration, _configuration))
        {
            _configuration = cluster.Configuration;
            _isBridged = BridgedPods.Has(ClusterSettingsParser.Parse(cluster.Configuration?.Data).Settings);
        }

        var isNeeded = _isBridged && sysctls.Read(BridgedPods.Sysctl) is null;
        if (!isNeeded)
            _refused = null;
        return isNeeded && (_refused is null || time.GetElapsedTime(_refusedAt) >= Patience);
    }

    /// <summary>Notes a refusal, if it is one of the table and not of what a policy puts into it.</summary>
    /// <returns>Whether it is.</returns>
    public bool Note(NftException refused)
    {
        if (refused.Operation is not ({ Table.Family: NftFamily.Bridge } and (NftAddTable or NftAddSet or NftAddChain or NftAddRule)))
            return false;
        (_refused, _refusedAt) = (refused, time.GetTimestamp());
        return true;
    }

    /// <summary>The kernel took the table.</summary>
    public void NoteTaken() => _refused = null;

    /// <summary>That such frames pass unjudged; nothing where they do not.</summary>
    public IEnumerable<Problem> Problems(string nodeName) => _refused is null ? [] :
    [
        new Problem(
            $"Node {nodeName}",
            "BridgeNotPoliced",
            $"pods of this node reach each other past all policies: frames on a bridge pass no IP hook (br_netfilter is not loaded), and {_refused.Message}. "
            + "Load a module, br_netfilter or nf_conntrack_bridge, or set cni to ptp"),
    ];
}
