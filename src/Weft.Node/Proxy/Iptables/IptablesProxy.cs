using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Services;
using Weft.Netlink.Nftables;

namespace Weft.Node.Proxy.Iptables;

/// <summary>Balances Services by iptables rules, in the chains that upstream's proxy has.</summary>
/// <remarks>
/// It runs the host's <c>iptables-restore</c> and <c>iptables-save</c> (Debian package <c>iptables</c>), -nft or -legacy as <see cref="IptablesChoice"/> finds.
/// A later process adopts what it finds: a chain that is as it should be is not written again.
/// </remarks>
/// <param name="iptables">The commands; null chooses the host's at the first turn.</param>
/// <param name="generation">The number of the kernel's nf_tables ruleset; null when it cannot be asked.</param>
public sealed class IptablesProxy(IIptables? iptables = null, Func<uint>? generation = null) : IProxyTarget
{
    private readonly IptablesFamily[] _families = [new(isV6: false), new(isV6: true)];
    private IIptables? _chosen;
    private uint? _generation;
    private bool _doubt;

    /// <summary>The tables of nf_tables that -nft writes to, and everybody else who uses iptables.</summary>
    public static EquatableArray<NftTableId> Tables { get; } =
        [new(NftFamily.Ip, "filter"), new(NftFamily.Ip, "nat"), new(NftFamily.Ip6, "filter"), new(NftFamily.Ip6, "nat")];

    /// <inheritdoc/>
    public ProxyOutcome Sync(ServiceTable desired)
    {
        try
        {
            _chosen ??= iptables ?? IptablesChoice.Choose();
            var before = Recall(_chosen);
            var commits = Commits;
            var v4 = _families[0].Sync(_chosen, desired);
            var v6 = _families[1].Sync(_chosen, desired);
            var outcome = new ProxyOutcome(v4.Changes + v6.Changes, v4.Drift || v6.Drift, [.. v4.Problems, .. v6.Problems]);
            _generation = outcome.Problems.Count == 0 && Generation(_chosen) is { } now && now == before + (Commits - commits) ? now : null;
            return outcome;
        }
        catch (IptablesException e)
        {
            Forget();
            return new ProxyOutcome(0, Drift: false, [Explain(e)]);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Nothing is read back while the kernel says that nobody else has changed its ruleset.</remarks>
    public void Doubt() => _doubt = true;

    /// <inheritdoc/>
    /// <remarks>From -nft and from -legacy, whichever an earlier process used. What cannot be removed does not keep the rest.</remarks>
    /// <exception cref="IptablesException">Somebody else's rule leads to a chain, which stays without rules; or the commands refused.</exception>
    public void Remove()
    {
        Forget();
        IReadOnlyList<IIptables> variants = iptables is null ? IptablesChoice.Installed() : [iptables];
        var left = variants.SelectMany(variant => IptablesRemoval.Run(variant)).ToList();
        if (left.Count > 0)
            throw new IptablesException(string.Join("; ", left));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private uint Commits => _families[0].Commits + _families[1].Commits;

    /// <summary>The number of the ruleset that is remembered, or is about to be read back; null when there is none.</summary>
    private uint? Recall(IIptables chosen)
    {
        var now = Generation(chosen);
        var known = now is not null && now == _generation;
        if (_doubt && !known)
            Forget();
        var reads = _doubt || _families[0].IsForgotten;
        _doubt = false;
        return known || reads ? now : null;
    }

    private void Forget()
    {
        _generation = null;
        foreach (var family in _families)
            family.Doubt();
    }

    private uint? Generation(IIptables chosen)
    {
        try
        {
            return chosen.IsNftables ? generation?.Invoke() : null;
        }
        catch (NftException)
        {
            return null;
        }
    }

    private static Problem Explain(IptablesException e) => new(
        "ConfigMap kube-system/weft-config",
        e.IsMissing ? "IptablesMissing" : "ProxyRefused",
        e.IsMissing
            ? $"proxy is iptables, but {e.Message} on this node, so Services are not served: apt-get install iptables (or what your distribution calls it), or set proxy to nftables"
            : $"proxy is iptables, but {e.Message}");
}
