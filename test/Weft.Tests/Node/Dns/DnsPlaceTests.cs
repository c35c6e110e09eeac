using Weft.Compilers.Dns;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Nodes;
using Weft.Netlink.Fakes;
using Weft.Netlink.Nftables;
using Weft.Node.Dns;

namespace Weft.Tests.Node.Dns;

public sealed class DnsPlaceTests
{
    private static readonly IpAddress Usual = IpAddress.Parse("169.254.20.10"), UsualV6 = IpAddress.Parse("fd00:169:254:20::10"), ClusterIp = IpAddress.Parse("10.96.0.10");

    private readonly FakeNetworkStack _network = new();
    private readonly FakeNftables _filter = new();
    private readonly DnsPlace _place;

    public DnsPlaceTests() => _place = new DnsPlace(_network, _filter);

    private IEnumerable<IpAddress> OnDevice => _network.Addresses(DnsPlaceCompiler.Device).Select(address => address.Address).Order();

    private IEnumerable<IpAddress> InTable => _filter.ReadBack(NodeTables.Dns).Ruleset.Tables.SelectMany(DnsPlaceCompiler.AddressesOf).Order();

    [Fact]
    public void Addresses_and_table_are_put_once()
    {
        Assert.NotEqual(0, _place.Put([Usual, UsualV6]));
        Assert.Equal([Usual, UsualV6], OnDevice);
        Assert.Equal([Usual, UsualV6], InTable);
        Assert.Equal(0, _place.Put([Usual, UsualV6]));
        _place.Doubt();
        Assert.Equal(0, _place.Put([Usual, UsualV6]));
    }

    [Fact]
    public void What_others_take_away_is_put_back_after_a_doubt()
    {
        _place.Put([Usual, UsualV6]);
        _network.DeleteAddress(DnsPlaceCompiler.OnDevice(Usual));
        _filter.Apply(new NftBatch([new NftDeleteTable(NodeTables.Dns)]));
        _place.Doubt();
        Assert.NotEqual(0, _place.Put([Usual, UsualV6]));
        Assert.Equal([Usual, UsualV6], OnDevice);
        Assert.Equal([Usual, UsualV6], InTable);
    }

    [Fact]
    public void Another_agent_takes_off_what_this_one_put_there()
    {
        _place.Put([ClusterIp, Usual, UsualV6]);
        var next = new DnsPlace(_network, _filter);
        next.Put([ClusterIp]);
        Assert.Equal([ClusterIp], OnDevice);
        Assert.Equal([ClusterIp], InTable);
        new DnsPlace(_network, _filter).Put([]);
        Assert.Empty(OnDevice);
        Assert.Empty(_filter.ReadBack(NodeTables.Dns).Ruleset.Tables);
    }

    [Fact]
    public void Addresses_of_others_on_the_device_stay()
    {
        var foreign = new Weft.Model.Links.InterfaceAddress(DnsPlaceCompiler.Device, IpAddress.Parse("192.0.2.1"), 32);
        _network.AddAddress(foreign);
        _place.Put([Usual]);
        _place.Put([]);
        Assert.Equal([foreign.Address], OnDevice);
    }

    [Fact]
    public void Nothing_is_written_where_nothing_was_and_nothing_is_wanted()
    {
        var generation = _filter.Generation();
        Assert.Equal(0, _place.Put([]));
        Assert.Equal(generation, _filter.Generation());
    }
}
