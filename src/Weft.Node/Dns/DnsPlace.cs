using Weft.Compilers.Dns;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Model.Nftables;
using Weft.Model.Nodes;
using Weft.Netlink;
using Weft.Netlink.Nftables;

namespace Weft.Node.Dns;

/// <summary>Keeps what the kernel has for cluster DNS: addresses of the loopback device, and the table that leaves them out of connection tracking.</summary>
/// <remarks>The table's sets say which addresses are ours, so that an agent which knows nothing of its predecessor takes off what he put there.</remarks>
/// <param name="network">Addresses.</param>
/// <param name="filter">The packet filter.</param>
internal sealed class DnsPlace(INetworkStack network, INftablesDriver filter)
{
    private EquatableArray<IpAddress>? _placed;

    /// <summary>The next call looks at the kernel instead of trusting its memory.</summary>
    public void Doubt() => _placed = null;

    /// <summary>Brings the kernel to just these addresses; none takes everything away.</summary>
    /// <returns>How many addresses and tables were written or removed.</returns>
    /// <exception cref="NetlinkException">The kernel refused an address; the next call looks again.</exception>
    /// <exception cref="NftException">The kernel refused the table; the next call looks again.</exception>
    public int Put(EquatableArray<IpAddress> addresses)
    {
        if (_placed == addresses)
            return 0;
        _placed = null;
        var before = Recorded();
        var changes = before.Count + addresses.Count == 0 ? 0 : Program([.. before.Union(addresses).Order()]);
        changes += addresses.Count(Add);
        changes += before.Except(addresses).Count(address => network.DeleteAddress(DnsPlaceCompiler.OnDevice(address)));
        changes += Program(addresses);
        _placed = addresses;
        return changes;
    }

    /// <summary>Where to answer while nobody says so: where an agent before answered; else the usual addresses, of the families that the node has.</summary>
    /// <exception cref="NetlinkException">The kernel does not tell.</exception>
    /// <exception cref="NftException">The kernel does not tell.</exception>
    public EquatableArray<IpAddress> Usual()
    {
        if (Recorded() is { Count: > 0 } before)
            return [.. before.Order()];
        var hasV6 = network.Addresses().Any(present => present.Address is { IsV6: true, IsLoopback: false, IsLinkLocal: false });
        return NodeLocalDns.Addresses.Where(address => !address.IsV6 || hasV6).ToEquatableArray();
    }

    private List<IpAddress> Recorded() =>
        [.. filter.ReadBack(NodeTables.Dns).Ruleset.Tables.SelectMany(DnsPlaceCompiler.AddressesOf)];

    private int Program(EquatableArray<IpAddress> addresses)
    {
        var wanted = addresses.Count == 0 ? NftRuleset.Empty : NftGuards.Complete(new NftRuleset { Tables = [DnsPlaceCompiler.Table(addresses)] });
        return filter.Converge(wanted, [NodeTables.Dns]).IsEmpty ? 0 : 1;
    }

    private bool Add(IpAddress address)
    {
        var wanted = DnsPlaceCompiler.OnDevice(address);
        if (network.Addresses(DnsPlaceCompiler.Device).Any(present => present with { State = default } == wanted))
            return false;
        network.ReplaceAddress(wanted);
        return true;
    }
}
