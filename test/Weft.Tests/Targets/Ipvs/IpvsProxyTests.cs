using FsCheck;
using FsCheck.Fluent;
using Weft.Compilers.Services.Ipvs;
using Weft.Model;
using Weft.Model.Ipvs;
using Weft.Model.Links;
using Weft.Model.Services;
using Weft.Netlink;
using Weft.Netlink.Fakes;
using Weft.Netlink.Ipvs;
using Weft.Netlink.Nftables;
using Weft.Node.Proxy;
using Weft.Node.Proxy.Ipvs;
using static Weft.Tests.Targets.TestPorts;

namespace Weft.Tests.Targets.Ipvs;

/// <summary>The proxy brings IPVS to what is desired, whatever was there, and leaves others' virtual servers alone.</summary>
public sealed class IpvsProxyTests
{
    private readonly FakeIpvs _ipvs = new();
    private readonly FakeNetworkStack _network = new();
    private readonly FakeNftables _filter = new();

    public IpvsProxyTests()
    {
        _network.ChangeLink("lo", new LinkChange { Up = true });
        _network.AddAddress(new InterfaceAddress("lo", IpAddress.Parse("192.0.2.10"), 32));
        _network.AddAddress(new InterfaceAddress("lo", IpAddress.Parse("2001:db8::10"), 128));
    }

    [Fact]
    public void After_any_change_the_kernel_holds_what_is_desired()
    {
        var tables = SampleTables.All.Values.ToArray();
        Prop.ForAll(Gen.Choose(0, tables.Length - 1).ArrayOf().ToArbitrary(), order =>
        {
            var test = new IpvsProxyTests();
            using var proxy = test.Open();
            foreach (var index in order)
            {
                Assert.Empty(proxy.Sync(tables[index]).Problems);
                test.AssertHolds(tables[index]);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void After_any_change_of_some_ports_the_kernel_holds_what_is_desired_without_being_asked()
    {
        var all = SampleTables.All["external-local"] with { Ports = SampleTables.All.Values.SelectMany(table => table.Ports).DistinctBy(port => (port.Name, port.IsV6)).ToEquatableArray() };
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ArrayOf().ToArbitrary(), choices =>
        {
            var test = new IpvsProxyTests();
            using var proxy = test.Open();
            foreach (var choice in choices.Append(0))
            {
                var table = all with { Ports = all.Ports.Where((_, index) => (choice >> (index % 31) & 1) != 0).ToEquatableArray() };
                Assert.Empty(proxy.Sync(table).Problems);
                test.AssertHolds(table);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_change_writes_what_changed_and_reads_nothing()
    {
        var (stays, leaves) = (Port("shop/web", "10.96.0.10:80", ["10.244.1.2:80"]), Port("shop/api", "10.96.0.11:80", ["10.244.1.3:80"]));
        using var proxy = Open();
        proxy.Sync(Table(stays, leaves));
        var (writes, reads) = (_ipvs.Writes, _filter.Reads);
        proxy.Sync(Table(stays));
        Assert.Equal((writes + 1, reads), (_ipvs.Writes, _filter.Reads));
        AssertHolds(Table(stays));
    }

    [Fact]
    public void Of_two_ports_that_claim_one_address_the_first_has_it_until_it_leaves()
    {
        var first = Port("a/first", "10.96.0.10:80", ["10.244.1.2:80"]).With(FrontendKind.ExternalIp, "192.0.2.10:30080");
        var second = Port("b/second", "10.96.0.11:80", ["10.244.1.3:80"]).OnNodePort(30080);
        using var proxy = Open();
        foreach (var table in new[] { Table(second), Table(first, second), Table(second), Table(first), Table() })
        {
            proxy.Sync(table);
            AssertHolds(table);
        }
    }

    [Fact]
    public void Settings_of_the_kernel_get_their_former_values_back_unless_somebody_else_changed_them()
    {
        var sysctls = new FakeSysctls { Values = { ["net/ipv4/vs/conntrack"] = "0", ["net/ipv4/conf/all/arp_ignore"] = "0", ["net/ipv4/conf/all/arp_announce"] = "1" } };
        using (var proxy = new IpvsProxy(() => new IpvsKernel(_network, _filter, sysctls, () => _ipvs)))
            proxy.Sync(SampleTables.All["seed"]);
        sysctls.Values["net/ipv4/conf/all/arp_ignore"] = "8";
        using var later = new IpvsProxy(() => new IpvsKernel(_network, _filter, sysctls, () => _ipvs));
        later.Remove();
        Assert.Equal("8", sysctls.Values["net/ipv4/conf/all/arp_ignore"]);
        Assert.Equal(("0", "1"), (sysctls.Values["net/ipv4/vs/conntrack"], sysctls.Values["net/ipv4/conf/all/arp_announce"]));
        Assert.Empty(_filter.ReadBack().Ruleset.Tables);
    }

    [Fact]
    public void A_later_process_adopts_what_it_finds_and_writes_nothing()
    {
        using (var proxy = Open())
            proxy.Sync(SampleTables.All["external"]);
        var writes = _ipvs.Writes;
        using var later = Open();
        Assert.Equal(new ProxyOutcome(0, Drift: false, []), later.Sync(SampleTables.All["external"]));
        Assert.Equal(writes, _ipvs.Writes);
    }

    [Fact]
    public void Where_the_kernel_does_not_let_it_nothing_is_changed_and_the_problem_says_what_to_do()
    {
        var sysctls = new FakeSysctls();
        foreach (var setting in IpvsKernel.Settings)
            sysctls.Values[setting.Path] = "0";
        using var proxy = new IpvsProxy(() => new IpvsKernel(_network, _filter, sysctls, () => _ipvs));
        _ipvs.IsForbidden = true;
        var problem = Assert.Single(proxy.Sync(SampleTables.All["cluster-ip"]).Problems);
        Assert.Equal("IpvsNotPermitted", problem.Reason);
        Assert.Contains("--userns off", problem.Message, StringComparison.Ordinal);
        Assert.All(sysctls.Values.Values, value => Assert.Equal("0", value));
        Assert.Empty(_filter.ReadBack().Ruleset.Tables);

        _ipvs.IsForbidden = false;
        Assert.Empty(proxy.Sync(SampleTables.All["cluster-ip"]).Problems);
        AssertHolds(SampleTables.All["cluster-ip"]);
        Assert.All(IpvsKernel.Settings, setting => Assert.Equal(setting.Value, sysctls.Values[setting.Path]));
    }

    [Fact]
    public void What_somebody_else_removed_comes_back()
    {
        using var proxy = Open();
        var table = SampleTables.All["cluster-ip"];
        proxy.Sync(table);
        _ipvs.Remove(_ipvs.Read()[0].Address);
        Assert.Equal(0, proxy.Sync(table).Changes);
        proxy.Doubt();
        Assert.True(proxy.Sync(table).Drift);
        AssertHolds(table);
    }

    [Fact]
    public void Removal_leaves_the_virtual_servers_of_others()
    {
        var foreign = new VirtualServer(new VirtualAddress(L4Protocol.Tcp, IpAddress.Parse("198.18.0.1"), 80));
        _ipvs.Put(foreign);
        using (var proxy = Open())
            proxy.Sync(SampleTables.All["ipv6"]);
        using var later = Open();
        later.Remove();
        Assert.Equal([foreign], _ipvs.Read());
        Assert.Empty(_filter.ReadBack().Ruleset.Tables);
        Assert.Empty(_network.Routes(new RouteFilter { Protocol = IpvsPlan.RouteProtocol }));
    }

    [Fact]
    public void An_endpoint_that_leaves_keeps_its_connections_until_they_end()
    {
        var port = Port("shop/web", "10.96.0.10:80", ["10.244.1.2:80", "10.244.1.3:80"]);
        var fewer = Port("shop/web", "10.96.0.10:80", ["10.244.1.2:80"]);
        using var proxy = Open();
        proxy.Sync(Table(port));
        var address = _ipvs.Read()[0].Address;
        var leaver = IpAddress.Parse("10.244.1.3");
        _ipvs.Open[(address, leaver)] = 1;
        proxy.Sync(Table(fewer));
        Assert.Equal([1u, 0u], _ipvs.Read()[0].Servers.Select(server => server.Weight));
        proxy.Doubt();
        Assert.False(proxy.Sync(Table(fewer)).Drift);
        _ipvs.Open.Clear();
        proxy.Sync(Table(fewer));
        Assert.Single(_ipvs.Read()[0].Servers);
    }

    [Fact]
    public void A_kernel_without_ipvs_is_a_problem_of_the_setting_and_removal_does_not_ask_it()
    {
        using var proxy = new IpvsProxy(() => new IpvsKernel(_network, _filter, new FakeSysctls(), () => throw new NetlinkException("find generic netlink family IPVS", 2)));
        Assert.Equal("IpvsMissing", Assert.Single(proxy.Sync(SampleTables.All["seed"]).Problems).Reason);
        proxy.Remove();
    }

    private IpvsProxy Open() => new(() => new IpvsKernel(_network, _filter, new FakeSysctls(), () => _ipvs));

    private void AssertHolds(ServiceTable table)
    {
        var plan = IpvsCompiler.Compile(table, new IpvsNode(_network.Addresses().Select(address => address.Address).ToEquatableArray()));
        Assert.Equal(plan.Servers, _ipvs.Read().ToEquatableArray());
        Assert.Equal(plan.Rules, _filter.ReadBack(IpvsPlan.Tables).Ruleset);
        Assert.Equal(plan.Routes.Select(route => route.Destination).ToHashSet(), [.. _network.Routes(new RouteFilter { Protocol = IpvsPlan.RouteProtocol }).Select(route => route.Destination)]);
    }
}
