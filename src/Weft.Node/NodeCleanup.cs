using System.Globalization;
using Weft.Compilers.Policies.Nftables;
using Weft.Compilers.Services.Nftables;
using Weft.Model.Nftables;
using Weft.Model.Policies;
using Weft.Model.Nodes;
using Weft.Netlink;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;
using Weft.Node.Dns;
using Weft.Node.Drivers;
using Weft.Node.Proxy;
using Weft.Node.Proxy.Iptables;
using Weft.Node.Proxy.Ipvs;

namespace Weft.Node;

/// <summary>Takes everything off a node that the agent ever put there, whichever settings and proxy it had.</summary>
/// <remarks>Kernel settings (sysctls) keep their values: nobody knows who else relies on them by now.</remarks>
public static class NodeCleanup
{
    // ENOENT (asm-generic/errno-base.h).
    private const int NotFound = 2;

    private static readonly NftTableId[] Tables = [.. NodeTables.All, .. NftServiceProgram.Tables, .. NftPolicyProgram.Tables, .. StartingPods.Tables];

    /// <summary>Removes what is there. What is not there is no error, and what cannot be removed does not stop the rest.</summary>
    /// <param name="cniConfDir">Where the agent wrote the CNI configuration.</param>
    /// <returns>One line per thing.</returns>
    /// <exception cref="NetlinkException">The kernel has no netlink sockets for us.</exception>
    public static IReadOnlyList<CleanupStep> Run(string cniConfDir)
    {
        using var network = KernelNetworkStack.Open();
        using var filter = new KernelNftables();
        var cni = new CniFolder(cniConfDir, cniConfDir);
        var node = new KernelNode("", network, filter, new KernelSysctls(), cni);
        return
        [
            // Without the configuration no further pod is placed on the node.
            Step($"CNI configuration {cni.Path}", () => cni.Remove() ? 1 : 0),
            Step("cluster DNS", () => new DnsPlace(network, filter).Put([])),
            Step("Services by iptables", () => Remove(new IptablesProxy())),
            Step("Services by ipvs", () => Remove(new IpvsProxy(() => IpvsKernel.Open()))),
            .. Tables.Select(table => Step($"nftables table {table}", () => Remove(filter, table))),
            Step("routes, rules and overlay", () => Unroute(node)),
        ];
    }

    private static int Unroute(KernelNode node)
    {
        var standing = node.Read(NodeState.Empty) with { Nftables = NftRuleset.Empty };
        var plan = NodeDiff.Between(standing, NodeState.Empty);
        return node.Apply(plan).Problems is [var problem, ..] ? throw new IOException(problem.Message) : plan.Count;
    }

    private static int? Remove(IProxyTarget proxy)
    {
        using (proxy)
            proxy.Remove();
        return null;
    }

    private static int Remove(KernelNftables filter, NftTableId table)
    {
        try
        {
            filter.Apply(new NftBatch([new NftDeleteTable(table)]));
            return 1;
        }
        catch (NftException e) when (e.Errno == NotFound)
        {
            return 0;
        }
    }

    private static CleanupStep Step(string what, Func<int?> remove)
    {
        try
        {
            return new CleanupStep(what, remove(), Problem: null);
        }
        catch (Exception e) when (e is NetlinkException or NftException or IptablesException or IOException or UnauthorizedAccessException)
        {
            return new CleanupStep(what, 0, e.Message);
        }
    }
}

/// <summary>What became of one thing that may stand on a node.</summary>
/// <param name="What">The thing.</param>
/// <param name="Removed">How many were removed; null where nobody counts, but none is left.</param>
/// <param name="Problem">Why it could not be removed; null when it is gone.</param>
public sealed record CleanupStep(string What, int? Removed, string? Problem)
{
    /// <inheritdoc/>
    public override string ToString() => this switch
    {
        { Problem: { } problem } => $"{What}: not removed: {problem}",
        { Removed: 0 } => $"{What}: none",
        { Removed: > 1 and var count } => string.Create(CultureInfo.InvariantCulture, $"{What}: removed ({count})"),
        { Removed: 1 } => $"{What}: removed",
        _ => $"{What}: none left",
    };
}
