using Weft.Model;
using Weft.Model.Ipvs;
using Weft.Model.Services;
using Weft.Netlink;
using Weft.Netlink.Ipvs;

namespace Weft.Tests.Netlink.Ipvs;

/// <summary>What every <see cref="IIpvs"/> does: the kernel's and the fake.</summary>
public abstract class IpvsContract
{
    private static readonly RealServer First = new(IpAddress.Parse("10.244.1.2"), 8080);
    private static readonly RealServer Second = new(IpAddress.Parse("10.244.2.2"), 8080, Weight: 3);

    /// <summary>An empty one.</summary>
    protected abstract IIpvs Ipvs { get; }

    public static TheoryData<L4Protocol, string> Addresses() => new()
    {
        { L4Protocol.Tcp, "10.96.0.1" },
        { L4Protocol.Udp, "10.96.0.1" },
        { L4Protocol.Sctp, "10.96.0.1" },
        { L4Protocol.Tcp, "fd00:96::1" },
        { L4Protocol.Udp, "fd00:96::1" },
    };

    [Theory]
    [MemberData(nameof(Addresses))]
    public void A_virtual_server_reads_back_as_it_was_written(L4Protocol protocol, string address)
    {
        var server = new VirtualServer(new VirtualAddress(protocol, IpAddress.Parse(address), 443)) { PersistenceSeconds = 10_800 };
        var real = new RealServer(IpAddress.Parse(server.Address.Address.IsV6 ? "fd00:244::2" : "10.244.1.2"), 9376, Weight: 2);
        Ipvs.Put(server);
        Ipvs.Put(server.Address, real);
        Assert.Equal(server with { Servers = [real] }, Assert.Single(Ipvs.Read()));
    }

    [Fact]
    public void Writing_again_changes_what_is_there_and_keeps_the_real_servers()
    {
        var server = Server();
        Ipvs.Put(server);
        Ipvs.Put(server.Address, First);
        Ipvs.Put(server with { Scheduler = "sh", PersistenceSeconds = 60 });
        Ipvs.Put(server.Address, First with { Weight = 0 });
        Ipvs.Put(server.Address, Second);
        Assert.Equal(server with { Scheduler = "sh", PersistenceSeconds = 60, Servers = [First with { Weight = 0 }, Second] }, Assert.Single(Ipvs.Read()));
        Ipvs.Put(server);
        Assert.Equal(0u, Assert.Single(Ipvs.Read()).PersistenceSeconds);
    }

    [Fact]
    public void What_was_removed_is_gone_and_is_not_removed_twice()
    {
        var server = Server();
        Ipvs.Put(server);
        Ipvs.Put(server.Address, First);
        Ipvs.Put(server.Address, Second);
        Assert.True(Ipvs.Remove(server.Address, First));
        Assert.False(Ipvs.Remove(server.Address, First));
        Assert.Equal([Second], Assert.Single(Ipvs.Read()).Servers);
        Assert.Equal(0u, Ipvs.Connections(server.Address, First));
        Assert.True(Ipvs.Remove(server.Address));
        Assert.False(Ipvs.Remove(server.Address));
        Assert.False(Ipvs.Remove(server.Address, Second));
        Assert.Empty(Ipvs.Read());
    }

    [Fact]
    public void A_scheduler_or_a_virtual_server_that_is_not_there_is_told()
    {
        Assert.True(Assert.Throws<NetlinkException>(() => Ipvs.Put(Server() with { Scheduler = "none-such" })).NotFound);
        Assert.True(Assert.Throws<NetlinkException>(() => Ipvs.Put(Server().Address, First)).NotFound);
        Assert.Empty(Ipvs.Read());
    }

    private static VirtualServer Server() => new(new VirtualAddress(L4Protocol.Tcp, IpAddress.Parse("10.96.0.7"), 80));
}
