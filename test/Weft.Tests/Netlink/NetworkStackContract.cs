using Weft.Model;
using Weft.Model.Links;
using Weft.Model.Routes;
using Weft.Netlink;

namespace Weft.Tests.Netlink;

/// <summary>What every <see cref="INetworkStack"/> does, run on the fake and on the kernel's.</summary>
public abstract partial class NetworkStackContract : IDisposable
{
    private INetworkStack? _here;
    private INetworkStack? _there;

    /// <summary>The network under test: a fresh namespace.</summary>
    protected INetworkStack Here => _here ??= Create();

    /// <summary>Another fresh namespace.</summary>
    protected INetworkStack There => _there ??= Create();

    /// <summary>Makes a namespace with a loopback that is down.</summary>
    protected abstract INetworkStack Create();

    public void Dispose()
    {
        _here?.Dispose();
        _there?.Dispose();
        Cleanup();
        GC.SuppressFinalize(this);
    }

    protected virtual void Cleanup()
    {
    }

    [Fact]
    public void A_new_namespace_has_a_loopback_that_is_down()
    {
        var lo = Assert.Single(Here.Links());
        Assert.Equal("lo", lo.Name);
        Assert.True(lo is { IsLoopback: true, Up: false, Mtu: 65536, Kind: null });
    }

    [Fact]
    public void The_loopback_can_be_switched_on_and_off()
    {
        Here.ChangeLink("lo", new LinkChange { Up = true });
        Assert.True(Here.FindLink("lo")!.Up);
        Here.ChangeLink("lo", new LinkChange { Up = false });
        Assert.False(Here.FindLink("lo")!.Up);
    }

    [Fact]
    public void A_link_that_is_not_there_is_null_or_false_or_ENODEV()
    {
        Assert.Null(Here.FindLink("none"));
        Assert.False(Here.DeleteLink("none"));
        Fails(() => Here.ChangeLink("none", new LinkChange { Up = true }), "ENODEV");
        Fails(() => Here.Addresses("none"), "ENODEV");
        Fails(() => Here.AddAddress(new InterfaceAddress("none", Ip("10.0.0.1"), 24)), "ENODEV");
        Fails(() => Here.AddRoute(new Route(Net("10.9.0.0/16")) { Device = "none" }), "ENODEV");
        Fails(() => Here.Neighbours("none"), "ENODEV");
        Assert.False(Here.DeleteRoute(new Route(Net("10.9.0.0/16")) { Device = "none" }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("sixteen-letters-")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("..")]
    public void A_name_that_is_none_is_the_callers_bug(string name) =>
        Assert.Throws<ArgumentException>(() => Here.CreateLink(new LinkSpec(name, new BridgeKind())));

    [Fact]
    public void A_bridge_is_made_as_wished()
    {
        var wish = new LinkSpec("br0", new BridgeKind { MulticastSnooping = false, AgeingTime = 12000 })
        {
            Mtu = 1400,
            Address = Mac("02:00:00:00:00:01"),
        };
        Here.CreateLink(wish);
        var bridge = Here.FindLink("br0");
        Assert.True(wish.IsMetBy(bridge), $"{bridge}");
        Fails(() => Here.CreateLink(wish), "EEXIST");
    }

    [Fact]
    public void A_vxlan_is_made_as_wished()
    {
        var wish = new LinkSpec("vx0", new VxlanKind { Vni = 7, Local = Ip("10.0.0.1"), Learning = false }) { Mtu = 1350 };
        Here.CreateLink(wish);
        Assert.True(wish.IsMetBy(Here.FindLink("vx0")), $"{Here.FindLink("vx0")}");
    }

    [Fact]
    public void The_far_end_of_a_veth_is_made_straight_in_its_namespace()
    {
        Here.CreateVeth(new VethSpec("veth0", "eth0") { Mtu = 1450, PeerAddress = Mac("02:00:00:00:00:05") }, There);
        var near = Here.FindLink("veth0")!;
        var far = There.FindLink("eth0")!;
        Assert.Null(Here.FindLink("eth0"));
        Assert.True(near is { Up: true, Carrier: true, Mtu: 1450, Kind: VethKind }, $"{near}");
        Assert.True(far is { Up: true, Carrier: true, Mtu: 1450 } && far.Address == Mac("02:00:00:00:00:05"), $"{far}");
        Assert.Equal((far.Index, near.Index), (near.PeerIndex, far.PeerIndex));
        Assert.NotNull(near.PeerNamespace);
    }

    [Fact]
    public void Both_ends_of_a_veth_may_be_here_and_go_together()
    {
        Here.CreateVeth(new VethSpec("a", "b") { PeerUp = false });
        Assert.True(Here.FindLink("a") is { Up: true, Carrier: false, PeerNamespace: null });
        Assert.True(Here.FindLink("b") is { Up: false });
        Assert.True(Here.DeleteLink("b"));
        Assert.Null(Here.FindLink("a"));
    }

    [Fact]
    public void A_veth_whose_names_are_taken_leaves_nothing_behind()
    {
        There.CreateLink(new LinkSpec("eth0", new BridgeKind()));
        Fails(() => Here.CreateVeth(new VethSpec("veth0", "eth0"), There), "EEXIST");
        Assert.Null(Here.FindLink("veth0"));
    }

    [Fact]
    public void Settings_of_a_port_are_applied_with_the_veth()
    {
        Here.CreateLink(new LinkSpec("br0", new BridgeKind()));
        var port = new BridgePort { Isolated = true, Hairpin = true, ProxyArp = true, Learning = false };
        Here.CreateVeth(new VethSpec("veth0", "eth0") { Master = "br0", Port = port }, There);
        var link = Here.FindLink("veth0")!;
        Assert.Equal("br0", link.Master);
        Assert.True(port.IsMetBy(link.Port), $"{link.Port}");
        Here.ChangeLink("veth0", new LinkChange { Port = new BridgePort { Isolated = false } });
        Assert.True(Here.FindLink("veth0")!.Port is { Isolated: false, Hairpin: true });
        Here.ChangeLink("veth0", new LinkChange { Master = LinkChange.NoMaster });
        Assert.True(Here.FindLink("veth0") is { Master: null, Port: null });
    }

    [Fact]
    public void A_link_whose_master_is_missing_is_not_made()
    {
        Fails(() => Here.CreateVeth(new VethSpec("veth0", "eth0") { Master = "br9" }, There), "ENODEV");
        Assert.Null(There.FindLink("eth0"));
    }

    [Fact]
    public void Name_mtu_and_address_can_be_changed()
    {
        Here.CreateVeth(new VethSpec("a", "b") { Up = false });
        Here.ChangeLink("a", new LinkChange { Name = "c", Mtu = 1300, Address = Mac("02:00:00:00:00:77") });
        Assert.Null(Here.FindLink("a"));
        Assert.True(Here.FindLink("c") is { Mtu: 1300 } link && link.Address == Mac("02:00:00:00:00:77"));
        Fails(() => Here.ChangeLink("c", new LinkChange { Name = "b" }), "EEXIST");
        Assert.Contains("mtu", Fails(() => Here.ChangeLink("c", new LinkChange { Mtu = 9 }), "EINVAL").KernelText);
    }

    [Fact]
    public void A_bridge_can_be_made_promiscuous_and_back()
    {
        Here.CreateLink(new LinkSpec("br0", new BridgeKind()));
        Here.ChangeLink("br0", new LinkChange { Promiscuous = true });
        Assert.True(Here.FindLink("br0") is { Promiscuous: true, Up: true });
        Here.ChangeLink("br0", new LinkChange { Promiscuous = false });
        Assert.True(Here.FindLink("br0") is { Promiscuous: false, Up: true });
    }

    [Fact]
    public void A_moved_link_is_down_and_has_lost_its_addresses()
    {
        Here.CreateVeth(new VethSpec("a", "b"));
        Here.AddAddress(new InterfaceAddress("a", Ip("10.0.0.1"), 24));
        Here.MoveLink("a", There, "eth0");
        Assert.Null(Here.FindLink("a"));
        Assert.True(There.FindLink("eth0") is { Up: false });
        Assert.Empty(There.Addresses("eth0"));
        Assert.Empty(Here.Routes(new RouteFilter { Table = RouteTable.Main, IsV6 = false }));
    }

    protected static NetlinkException Fails(Action action, string errno)
    {
        var exception = Assert.Throws<NetlinkException>(action);
        Assert.Equal(errno, exception.ErrnoName);
        return exception;
    }

    protected static IpAddress Ip(string text) => IpAddress.Parse(text);

    protected static IpPrefix Net(string text) => IpPrefix.Parse(text);

    protected static MacAddress Mac(string text) => MacAddress.Parse(text);
}
