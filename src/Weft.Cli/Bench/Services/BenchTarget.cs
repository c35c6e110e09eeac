using Weft.Compilers.Clusters;
using Weft.Model.Links;
using Weft.Model.Services;
using Weft.Netlink.Nftables;
using Weft.Node.Proxy;
using Weft.Node.Proxy.Iptables;
using Weft.Node.Proxy.Ipvs;
using Weft.Node.Proxy.Nftables;

namespace Weft.Cli.Bench.Services;

/// <summary>A target that is measured.</summary>
internal sealed class BenchTarget : IDisposable
{
    private readonly KernelNftables _driver = new();
    private readonly Func<IProxyTarget> _open;

    /// <param name="name">One of <see cref="Names"/>.</param>
    public BenchTarget(string name) => _open = name switch
    {
        "iptables" => () => new IptablesProxy(generation: _driver.Generation),
        "ipvs" => () => new IpvsProxy(OpenIpvs),
        _ => () => new NftablesProxy(_driver),
    };

    // The kernel takes no real servers where no device has an address.
    private IpvsKernel OpenIpvs()
    {
        var kernel = IpvsKernel.Open(_driver);
        kernel.Network.ChangeLink("lo", new LinkChange { Up = true });
        return kernel;
    }

    /// <summary>What can be measured.</summary>
    public static readonly string[] Names = ["nftables", "iptables", "ipvs"];

    /// <summary>The agent's proxy with this target as its only one.</summary>
    public ProxyReconciler Reconciler() => new(BenchCluster.Node, mode => mode == ProxyMode.Nftables ? _open() : new Nothing());

    /// <summary>Removes what it programmed.</summary>
    public void Remove()
    {
        using var target = _open();
        target.Remove();
    }

    public void Dispose() => _driver.Dispose();

    /// <summary>Stands for targets that are not measured: there is nothing of theirs to remove.</summary>
    private sealed class Nothing : IProxyTarget
    {
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
}
