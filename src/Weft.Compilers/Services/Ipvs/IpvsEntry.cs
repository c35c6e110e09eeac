using Weft.Compilers.Clusters;
using Weft.Model;
using Weft.Model.Ipvs;
using Weft.Model.Nftables;
using Weft.Model.Services;

namespace Weft.Compilers.Services.Ipvs;

/// <summary>One virtual address of one port.</summary>
/// <param name="Owner">The port.</param>
/// <param name="Address">The address.</param>
internal sealed record IpvsEntry(ServicePortName Owner, VirtualAddress Address) : IComparable<IpvsEntry>
{
    /// <summary>Who serves it; null for nobody.</summary>
    public VirtualServer? Server { get; init; }

    /// <summary>What the rules know of it, by the name of the set.</summary>
    public required EquatableArray<(string Set, NftElement Element)> Elements { get; init; }

    /// <summary>Whether no client may use it directly.</summary>
    public bool IsShadow { get; init; }

    /// <summary>Of several that claim one address the first has it: it is no other's shadow, or the one with the smaller name.</summary>
    public int CompareTo(IpvsEntry? other) => IsShadow != other!.IsShadow ? IsShadow.CompareTo(other.IsShadow) : Owner.CompareTo(other.Owner);

    /// <summary>The entries of a port.</summary>
    public static IpvsEntry[] Of(ProxiedPort port, IpvsFrame frame)
    {
        var entries = new List<IpvsEntry>(port.Frontends.Count);
        var inside = InsideServer(port);
        foreach (var frontend in port.Frontends)
        {
            foreach (var address in Addresses(port, frontend, frame))
                entries.Add(Of(port, frontend, address, inside?.Address, frame));
        }

        if (inside is not null && port.InternalLocal)
            entries.Add(new IpvsEntry(port.Name, inside.Address) { Server = inside, IsShadow = true, Elements = [.. Shadow(inside, port)] });
        return [.. entries];
    }

    private static IpvsEntry Of(ProxiedPort port, Frontend frontend, VirtualAddress address, VirtualAddress? inside, IpvsFrame frame)
    {
        var backends = port.BackendsOf(frontend);
        var key = new NftElement(IpvsSets.Key(address));
        var elements = new List<(string, NftElement)> { (backends.Count > 0 ? IpvsSets.Served : port.HasAnyBackend ? IpvsSets.Ignored : IpvsSets.Refused, key) };
        if (frontend.IsExternal ? !port.ExternalLocal : frame.MasqueradeAll)
            elements.Add((IpvsSets.Masqueraded, key));
        if (!frontend.IsExternal)
            elements.Add((IpvsSets.Inside, key));
        else if (inside is { } detour)
            elements.Add((IpvsSets.Detours, IpvsSets.Detour(address, detour)));
        if (frontend.Kind == FrontendKind.LoadBalancerIp && port.RestrictsSources)
        {
            elements.Add((IpvsSets.Guarded, key));
            elements.AddRange(PrefixSet.Normalize(port.SourceRanges).Select(range => (IpvsSets.Sources, IpvsSets.Client(address, range))));
        }

        if (frame.IsAlone(address.Address))
            elements.Add((IpvsSets.Virtual, NftElement.Of(IpPrefix.Host(address.Address))));
        elements.AddRange(Hairpins(backends));
        return new IpvsEntry(port.Name, address) { Server = backends.Count > 0 ? Balance(port, address, backends) : null, Elements = [.. elements] };
    }

    /// <summary>
    /// Where pods and the node are served that use an external address under the local policy: at the cluster IP, or, when that has only endpoints of
    /// this node as well, at a port of it that nobody else can reach.
    /// </summary>
    private static VirtualServer? InsideServer(ProxiedPort port)
    {
        if (!port.ExternalLocal || port.ClusterBackends.Count == 0 || !port.Frontends.Any(frontend => frontend.IsExternal))
            return null;
        foreach (var frontend in port.Frontends)
        {
            if (!frontend.IsExternal)
                return Balance(port, new VirtualAddress(port.Name.Protocol, frontend.Address!.Value, port.InternalLocal ? ShadowPort(frontend) : frontend.Port), port.ClusterBackends);
        }

        return null;
    }

    // Ports of one Service have one each, and it is far from those that people choose.
    private static ushort ShadowPort(Frontend frontend) => (ushort)(frontend.Port ^ 0x8000);

    private static IEnumerable<(string, NftElement)> Shadow(VirtualServer server, ProxiedPort port)
    {
        var key = new NftElement(IpvsSets.Key(server.Address));
        return [(IpvsSets.Served, key), (IpvsSets.Shadows, key), .. Hairpins(port.ClusterBackends)];
    }

    private static IEnumerable<(string, NftElement)> Hairpins(EquatableArray<Backend> backends) => backends
        .Where(backend => backend.IsLocal).Select(backend => backend.Address).Distinct().Select(address => (IpvsSets.Hairpins, IpvsSets.Itself(address)));

    private static IEnumerable<VirtualAddress> Addresses(ProxiedPort port, Frontend frontend, IpvsFrame frame) => frontend.Address is { } address
        ? [new VirtualAddress(port.Name.Protocol, address, frontend.Port)]
        : frame.NodePortAddresses.Where(own => own.IsV6 == port.IsV6).Select(own => new VirtualAddress(port.Name.Protocol, own, frontend.Port));

    private static VirtualServer Balance(ProxiedPort port, VirtualAddress address, EquatableArray<Backend> backends) => new(address)
    {
        PersistenceSeconds = (uint)port.AffinitySeconds,
        Servers = backends.Select(backend => new RealServer(backend.Address, backend.Port)).Distinct().ToEquatableArray(),
    };
}
