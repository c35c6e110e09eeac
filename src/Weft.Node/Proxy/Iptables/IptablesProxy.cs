using Weft.Model;
using Weft.Model.Services;

namespace Weft.Node.Proxy.Iptables;

/// <summary>Balances Services by iptables rules, in the chains that upstream's proxy has.</summary>
public sealed class IptablesProxy : IProxyTarget
{
    /// <inheritdoc/>
    public ProxyOutcome Sync(ServiceTable desired) =>
        new(0, Drift: false, [new Problem("ConfigMap kube-system/weft-config", "ProxyUnavailable", "the proxy iptables is not built in yet: set proxy to nftables")]);

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
