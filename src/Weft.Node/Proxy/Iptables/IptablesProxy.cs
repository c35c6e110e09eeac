using Weft.Compilers.Services.Iptables;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Node.Proxy.Iptables;

/// <summary>Balances Services by iptables rules, in the chains that upstream's proxy has.</summary>
/// <remarks>
/// It runs the host's <c>iptables-restore</c> and <c>iptables-save</c> (Debian package <c>iptables</c>), -nft or -legacy as <see cref="IptablesChoice"/> finds.
/// A later process adopts what it finds: a chain that is as it should be is not written again.
/// </remarks>
/// <param name="iptables">The commands; null chooses the host's at the first turn.</param>
public sealed class IptablesProxy(IIptables? iptables = null) : IProxyTarget
{
    private readonly IptablesFamily[] _families = [new(isV6: false), new(isV6: true)];
    private IIptables? _chosen;

    /// <inheritdoc/>
    public ProxyOutcome Sync(ServiceTable desired)
    {
        try
        {
            _chosen ??= iptables ?? IptablesChoice.Choose();
            var v4 = _families[0].Sync(_chosen, desired);
            var v6 = _families[1].Sync(_chosen, desired);
            return new ProxyOutcome(v4.Changes + v6.Changes, v4.Drift || v6.Drift, [.. v4.Problems, .. v6.Problems]);
        }
        catch (IptablesException e)
        {
            Doubt();
            return new ProxyOutcome(0, Drift: false, [Explain(e)]);
        }
    }

    /// <inheritdoc/>
    public void Doubt()
    {
        foreach (var family in _families)
            family.Doubt();
    }

    /// <inheritdoc/>
    /// <remarks>From -nft and from -legacy, whichever an earlier process used.</remarks>
    /// <exception cref="IptablesException">A chain cannot go, such as one that somebody else's rule leads to.</exception>
    public void Remove()
    {
        Doubt();
        IReadOnlyList<IIptables> variants = iptables is null ? IptablesChoice.Installed() : [iptables];
        foreach (var variant in variants)
        {
            Remove(variant, isV6: false);
            Remove(variant, isV6: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static void Remove(IIptables variant, bool isV6)
    {
        string saved;
        try
        {
            saved = variant.Save(isV6);
        }
        catch (IptablesException)
        {
            // What cannot be read was never written either.
            return;
        }

        var change = IptablesDiff.Between(IptablesSaved.Parse(saved, isV6), new IptablesRuleset(isV6, []));
        if (change.Changes > 0)
            variant.Restore(isV6, change.Text);
    }

    private static Problem Explain(IptablesException e) => new(
        "ConfigMap kube-system/weft-config",
        e.IsMissing ? "IptablesMissing" : "ProxyRefused",
        e.IsMissing
            ? $"proxy is iptables, but {e.Message} on this node, so Services are not served: apt-get install iptables (or what your distribution calls it), or set proxy to nftables"
            : $"proxy is iptables, but {e.Message}");
}
