using Weft.Model;
using Weft.Model.Services;

namespace Weft.Node.Proxy.Ipvs;

/// <summary>Balances Services by the kernel's IP virtual server.</summary>
public sealed class IpvsProxy : IProxyTarget
{
    /// <inheritdoc/>
    public ProxyOutcome Sync(ServiceTable desired) =>
        new(0, Drift: false, [new Problem("ConfigMap kube-system/weft-config", "ProxyUnavailable", "the proxy ipvs is not built in yet: set proxy to nftables")]);

    /// <inheritdoc/>
    public void Doubt()
    {
    }

    /// <inheritdoc/>
    public void Remove()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
