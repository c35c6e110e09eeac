using Weft.Compilers.Clusters;
using Weft.Model.Services;
using Weft.Netlink;
using Weft.Node.Proxy;
using static Weft.Tests.Node.Proxy.ProxySamples;

namespace Weft.Tests.Node.Proxy;

/// <summary>The proxy's turn, on targets that only take notes.</summary>
public sealed class ProxyReconcilerTests : IDisposable
{
    private readonly List<string> _log = [];
    private readonly HashSet<string> _broken = [];
    private readonly ProxyReconciler _proxy;

    public ProxyReconcilerTests() => _proxy = new ProxyReconciler("n1", mode => new Target(mode.ToString(), this));

    [Fact]
    public void The_first_turn_programs_and_removes_what_an_earlier_process_left_of_other_targets()
    {
        var turn = _proxy.Turn(Cluster("nftables", Service(1, 2)));
        Assert.True(turn.Programmed);
        Assert.Equal(ProxyMode.Nftables, turn.Mode);
        Assert.Equal(["sync Nftables 1", "remove Iptables", "remove Ipvs"], _log);
        _log.Clear();
        _proxy.Turn(Cluster("nftables", Service(1, 2)));
        Assert.Equal(["sync Nftables 1"], _log);
    }

    [Fact]
    public void A_new_target_is_programmed_before_the_former_ones_state_goes()
    {
        _proxy.Turn(Cluster("nftables", Service(1, 2)));
        _log.Clear();
        Assert.Equal(ProxyMode.Iptables, _proxy.Turn(Cluster("iptables", Service(1, 2))).Mode);
        Assert.Equal(["sync Iptables 1", "remove Nftables"], _log);
    }

    [Fact]
    public void While_a_new_target_cannot_serve_the_former_one_does()
    {
        _proxy.Turn(Cluster("nftables", Service(1, 2)));
        _log.Clear();
        _broken.Add("Ipvs");
        var turn = _proxy.Turn(Cluster("ipvs", Service(1, 2), Service(2, 1)));
        Assert.Equal(["sync Ipvs 2", "doubt Ipvs", "sync Nftables 2"], _log);
        Assert.Equal(ProxyMode.Nftables, turn.Mode);
        Assert.Equal("ServicesNotProgrammed", Assert.Single(turn.Problems).Reason);
        Assert.True(_proxy.IsUnknown);
        _log.Clear();
        _broken.Clear();
        Assert.True(_proxy.Turn(Cluster("ipvs", Service(1, 2), Service(2, 1))).Programmed);
        Assert.Equal(["sync Ipvs 2", "remove Nftables"], _log);
        Assert.False(_proxy.IsUnknown);
    }

    [Fact]
    public void None_removes_everything_and_serves_nothing()
    {
        _proxy.Turn(Cluster("nftables", Service(1, 2)));
        _log.Clear();
        var turn = _proxy.Turn(Cluster("none", Service(1, 2)));
        Assert.Equal(["remove Nftables"], _log);
        Assert.Empty(turn.Table.Ports);
        Assert.True(turn.Programmed);
        _log.Clear();
        _proxy.Turn(Cluster("nftables", Service(1, 2)));
        Assert.Equal(["sync Nftables 1"], _log);
    }

    [Fact]
    public void What_cannot_be_removed_is_reported_and_tried_again()
    {
        _broken.Add("remove Ipvs");
        var turn = _proxy.Turn(Cluster("nftables", Service(1, 2)));
        Assert.True(turn.Programmed);
        Assert.Equal("ProxyNotRemoved", Assert.Single(turn.Problems).Reason);
        Assert.True(_proxy.IsUnknown);
        _broken.Clear();
        Assert.Empty(_proxy.Turn(Cluster("nftables", Service(1, 2))).Problems);
        Assert.False(_proxy.IsUnknown);
    }

    public void Dispose() => _proxy.Dispose();

    private sealed class Target(string name, ProxyReconcilerTests test) : IProxyTarget
    {
        public ProxyOutcome Sync(ServiceTable desired)
        {
            test._log.Add($"sync {name} {desired.Ports.Count}");
            return test._broken.Contains(name) ? throw new NetlinkException("program", 95) : new ProxyOutcome(1, Drift: false, []);
        }

        public void Doubt() => test._log.Add($"doubt {name}");

        public void Remove()
        {
            if (test._broken.Contains($"remove {name}"))
                throw new NetlinkException("remove", 16);
            test._log.Add($"remove {name}");
        }

        public void Dispose()
        {
        }
    }
}
