using Weft.Model.Links;
using Weft.Model.Routes;
using Weft.Netlink;

namespace Weft.Tests.Netlink;

public abstract partial class NetworkStackContract
{
    private static readonly RouteFilter MainV4 = new() { Table = RouteTable.Main, IsV6 = false };

    [Fact]
    public void An_address_reads_back_as_it_was_added()
    {
        Cable();
        var address = new InterfaceAddress("a", Ip("10.1.0.5"), 24) { Broadcast = Ip("10.1.0.255") };
        Here.AddAddress(address);
        Assert.Equal(address, Assert.Single(Here.Addresses("a"), item => !item.Address.IsV6));
        Assert.Contains("already", Fails(() => Here.AddAddress(address), "EEXIST").KernelText);
        Here.ReplaceAddress(address);
        Assert.True(Here.DeleteAddress(address));
        Assert.False(Here.DeleteAddress(address));
    }

    [Fact]
    public void An_IPv6_address_without_detection_is_usable_at_once()
    {
        Cable();
        var address = new InterfaceAddress("a", Ip("fd00::5"), 64) { NoDad = true };
        Here.AddAddress(address);
        Assert.Contains(address, Here.Addresses());
    }

    [Fact]
    public void Addresses_that_are_no_source_by_themselves_read_back_as_they_were_wished()
    {
        Cable();
        var v4 = new InterfaceAddress("a", Ip("169.254.20.10"), 32) { Scope = RouteScope.Host };
        var v6 = new InterfaceAddress("a", Ip("fd00::10"), 128) { NoDad = true, Deprecated = true };
        Here.AddAddress(v4);
        Here.AddAddress(v6);
        Here.ReplaceAddress(v4);
        Here.ReplaceAddress(v6);
        Assert.Contains(v4, Here.Addresses().Select(address => address with { State = default }));
        Assert.Contains(v6, Here.Addresses().Select(address => address with { State = default }));
        Assert.Equal(AddressState.Deprecated, Here.Addresses().Single(address => address.Address == v6.Address).State & AddressState.Deprecated);
    }

    [Fact]
    public void An_address_makes_the_route_to_its_prefix_unless_told_not_to()
    {
        Cable();
        Here.AddAddress(new InterfaceAddress("a", Ip("10.1.0.5"), 24));
        Here.AddAddress(new InterfaceAddress("a", Ip("10.2.0.5"), 24) { NoPrefixRoute = true });
        var route = Assert.Single(Here.Routes(MainV4));
        Assert.Equal(new Route(Net("10.1.0.0/24")) { Device = "a", Source = Ip("10.1.0.5"), Protocol = RouteProtocol.Kernel }, route);
    }

    [Fact]
    public void Routes_of_every_shape_read_back_as_they_were_added()
    {
        Cable();
        Here.AddAddress(new InterfaceAddress("a", Ip("10.1.0.5"), 24) { NoPrefixRoute = true });
        Here.AddAddress(new InterfaceAddress("a", Ip("fd00::5"), 64) { NoDad = true });
        Route[] routes =
        [
            new(Net("10.1.0.1/32")) { Device = "a", Protocol = RouteProtocol.Static },
            new(Net("0.0.0.0/0")) { Device = "a", Gateway = Ip("10.1.0.1") },
            new(Net("10.50.0.0/16")) { Device = "a", Gateway = Ip("169.254.1.1"), OnLink = true, Metric = 50 },
            new(Net("10.51.0.0/16")) { Device = "a", Source = Ip("10.1.0.5"), Mtu = 1300 },
            new(Net("10.52.0.0/16")) { Type = RouteType.Blackhole, Table = 1000 },
            new(Net("10.53.0.0/16")) { Type = RouteType.Unreachable, Protocol = 87 },
            new(Net("::/0")) { Device = "a", Gateway = Ip("fd00::1") },
            new(Net("fd01::/64")) { Device = "a", Metric = 7, Protocol = 87 },
            new(Net("fd02::/64")) { Type = RouteType.Blackhole },
        ];
        foreach (var route in routes)
            Here.AddRoute(route);
        var listed = Here.Routes();
        Assert.All(routes, route => Assert.Contains(route.Canonical(), listed));
        Assert.Equal(routes[4], Assert.Single(Here.Routes(new RouteFilter { Table = 1000 })));
        Assert.Empty(Here.Routes(new RouteFilter { Table = 1001 }));
        Assert.Equal(2, Here.Routes(new RouteFilter { Protocol = 87 }).Count);
        Assert.All(routes, route => Assert.True(Here.DeleteRoute(route), $"{route}"));
        Assert.All(routes, route => Assert.False(Here.DeleteRoute(route), $"{route}"));
    }

    [Fact]
    public void A_second_route_to_a_destination_is_refused_and_a_replacement_is_not()
    {
        Cable();
        Here.AddAddress(new InterfaceAddress("a", Ip("10.1.0.5"), 24));
        var first = new Route(Net("10.60.0.0/16")) { Device = "a", Gateway = Ip("10.1.0.1") };
        Here.AddRoute(first);
        Fails(() => Here.AddRoute(first with { Gateway = Ip("10.1.0.2") }), "EEXIST");
        Here.ReplaceRoute(first with { Gateway = Ip("10.1.0.2") });
        Here.AddRoute(first with { Metric = 9 });
        Assert.Equal([Ip("10.1.0.2"), Ip("10.1.0.1")], Here.Routes(MainV4).Where(route => route.Gateway is not null).Select(route => route.Gateway!.Value));
    }

    [Fact]
    public void A_gateway_must_be_on_the_link_and_the_link_on()
    {
        Cable();
        var route = new Route(Net("10.61.0.0/16")) { Device = "a", Gateway = Ip("10.99.0.1") };
        Assert.Contains("gateway", Fails(() => Here.AddRoute(route), "ENETUNREACH").KernelText);
        Here.ChangeLink("a", new LinkChange { Up = false });
        Fails(() => Here.AddRoute(new Route(Net("10.61.0.0/16")) { Device = "a" }), "ENETDOWN");
    }

    [Fact]
    public void Routes_go_with_their_link()
    {
        Cable();
        Here.AddAddress(new InterfaceAddress("a", Ip("10.1.0.5"), 24));
        Here.AddRoute(new Route(Net("10.62.0.0/16")) { Device = "a" });
        Here.ChangeLink("a", new LinkChange { Up = false });
        Assert.Empty(Here.Routes(MainV4));
        Assert.Single(Here.Addresses("a"), address => !address.Address.IsV6);
    }

    [Fact]
    public void The_way_to_an_address_is_the_most_specific_route()
    {
        Cable();
        Here.AddAddress(new InterfaceAddress("a", Ip("10.1.0.5"), 24));
        Here.AddRoute(new Route(Net("0.0.0.0/0")) { Gateway = Ip("10.1.0.1") });
        Here.AddRoute(new Route(Net("10.63.0.0/16")) { Type = RouteType.Unreachable });
        Assert.True(Here.Resolve(Ip("8.8.8.8")) is { Device: "a" } way && way.Gateway == Ip("10.1.0.1"));
        Assert.Null(Here.Resolve(Ip("10.1.0.77")).Gateway);
        Fails(() => Here.Resolve(Ip("10.63.1.1")), "EHOSTUNREACH");
        Fails(() => There.Resolve(Ip("8.8.8.8")), "ENETUNREACH");
    }

    [Fact]
    public void Rules_read_back_as_they_were_added()
    {
        RoutingRule[] rules =
        [
            new() { Priority = 100, Table = 1000, From = Net("10.1.0.0/24") },
            new() { Priority = 101, Table = 300, Mark = 0x4000, MarkMask = 0x4000, Protocol = 87 },
            new() { Priority = 102, Table = RouteTable.Main, InputDevice = "lo", SuppressPrefixLength = 0, Invert = true },
            new() { Priority = 103, Action = RuleAction.Unreachable, To = Net("10.9.0.0/16") },
            new() { Priority = 100, Table = 1000, From = Net("fd00::/64"), IsV6 = true },
        ];
        foreach (var rule in rules)
            Here.AddRule(rule);
        var listed = Here.Rules();
        Assert.All(rules, rule => Assert.Contains(rule, listed));
        Fails(() => Here.AddRule(rules[0]), "EEXIST");
        Assert.All(rules, rule => Assert.True(Here.DeleteRule(rule)));
        Assert.All(rules, rule => Assert.False(Here.DeleteRule(rule)));
        Assert.Equal([0u, 32766u, 32767u], Here.Rules().Where(rule => !rule.IsV6).Select(rule => rule.Priority));
    }

    [Fact]
    public void Neighbours_and_proxies_read_back_as_they_were_set()
    {
        Cable();
        var neighbour = new Neighbour("a", Ip("10.1.0.9")) { HardwareAddress = Mac("02:00:00:00:00:09") };
        var proxy = new Neighbour("a", Ip("10.1.0.10")) { Proxy = true };
        var six = new Neighbour("a", Ip("fd00::9")) { HardwareAddress = Mac("02:00:00:00:00:09") };
        foreach (var item in (ReadOnlySpan<Neighbour>)[neighbour, proxy, six])
            Here.ReplaceNeighbour(item);
        Here.ReplaceNeighbour(neighbour with { HardwareAddress = Mac("02:00:00:00:00:19") });
        var listed = Here.Neighbours("a");
        Assert.Contains(neighbour with { HardwareAddress = Mac("02:00:00:00:00:19") }, listed);
        Assert.Contains(proxy, listed);
        Assert.Contains(six, listed);
        Assert.True(Here.DeleteNeighbour(neighbour));
        Assert.True(Here.DeleteNeighbour(proxy));
        Assert.False(Here.DeleteNeighbour(proxy));
        Assert.DoesNotContain(Here.Neighbours(), item => item.Proxy);
    }

    [Fact]
    public void A_vxlan_forwards_by_what_it_was_told()
    {
        Here.CreateLink(new LinkSpec("vx0", new VxlanKind { Vni = 7, Local = Ip("10.0.0.1"), Learning = false }));
        var entry = new ForwardingEntry("vx0", Mac("02:00:00:00:01:09")) { Destination = Ip("10.0.0.2") };
        Here.ReplaceForwarding(entry);
        Here.ReplaceForwarding(entry with { Destination = Ip("10.0.0.3") });
        Here.AppendForwarding(new ForwardingEntry("vx0", default) { Destination = Ip("10.0.0.4") });
        Here.AppendForwarding(new ForwardingEntry("vx0", default) { Destination = Ip("10.0.0.5") });
        var listed = Here.Forwarding("vx0");
        Assert.Equal(["10.0.0.3", "10.0.0.4", "10.0.0.5"], listed.Select(item => item.Destination!.Value.ToString()).Order(StringComparer.Ordinal));
        Assert.Contains(entry with { Destination = Ip("10.0.0.3") }, listed);
        Assert.True(Here.DeleteForwarding(entry with { Destination = Ip("10.0.0.3") }));
        Assert.False(Here.DeleteForwarding(entry with { Destination = Ip("10.0.0.3") }));
    }

    [Fact]
    public void A_port_of_a_bridge_takes_configured_addresses()
    {
        Here.CreateLink(new LinkSpec("br0", new BridgeKind()));
        Here.CreateVeth(new VethSpec("a", "b") { Master = "br0" });
        var entry = new ForwardingEntry("a", Mac("02:00:00:00:01:19")) { OnMaster = true };
        Here.ReplaceForwarding(entry);
        Assert.Contains(entry, Here.Forwarding("a"));
        Assert.True(Here.DeleteForwarding(entry));
    }

    [Fact]
    public async Task A_watcher_starts_with_a_resync_and_hears_of_changes()
    {
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var changes = Here.WatchAsync(NetworkTopics.Links | NetworkTopics.Addresses, end.Token).GetAsyncEnumerator(end.Token);
        Assert.True(await changes.MoveNextAsync());
        Assert.IsType<NetworkChange.Resync>(changes.Current);
        Cable();
        await Until(changes, change => change is NetworkChange.OfLink { Removed: false, Link.Name: "a" });
        Here.AddAddress(new InterfaceAddress("a", Ip("10.1.0.5"), 24));
        await Until(changes, change => change is NetworkChange.OfAddress { Removed: false, Address: { Device: "a", PrefixLength: 24 } });
        Here.DeleteLink("a");
        await Until(changes, change => change is NetworkChange.OfLink { Removed: true, Link.Name: "a" });
    }

    private static async Task Until(IAsyncEnumerator<NetworkChange> changes, Func<NetworkChange, bool> fits)
    {
        do
        {
            Assert.True(await changes.MoveNextAsync(), "the watcher ended early");
        }
        while (!fits(changes.Current));
    }

    private void Cable() => Here.CreateVeth(new VethSpec("a", "b"));
}
