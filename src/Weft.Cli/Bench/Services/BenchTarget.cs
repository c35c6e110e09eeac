using Weft.Compilers.Clusters;
using Weft.Model.Services;
using Weft.Netlink.Nftables;
using Weft.Node.Proxy;
using Weft.Node.Proxy.Nftables;

namespace Weft.Cli.Bench.Services;

/// <summary>Stands for targets that are not measured: there is nothing of theirs to remove.</summary>
internal sealed class BenchTarget : IProxyTarget
{
    /// <summary>The agent's proxy with nftables as its only target.</summary>
    public static ProxyReconciler Reconciler(INftablesDriver driver) =>
        new(BenchCluster.Node, mode => mode == ProxyMode.Nftables ? new NftablesProxy(driver) : new BenchTarget());

    public ProxyOutcome Sync(ServiceTable desired) => default;

    public void Doubt()
    {
    }

    public void Remove()
    {
    }

    public void Dispose()
    {
    }
}
