using FsCheck;
using FsCheck.Fluent;
using Weft.Compilers.Services.Iptables;
using Weft.Model;
using Weft.Model.Services;
using Weft.Node.Proxy;
using Weft.Node.Proxy.Iptables;
using static Weft.Tests.Targets.TestPorts;

namespace Weft.Tests.Targets.Iptables;

/// <summary>The proxy brings iptables to what is desired, whatever was there.</summary>
public sealed class IptablesProxyTests
{
    private readonly FakeIptables _iptables = new();

    [Fact]
    public void After_any_change_the_kernel_holds_what_is_desired()
    {
        var tables = SampleTables.All.Values.ToArray();
        Prop.ForAll(Gen.Choose(0, tables.Length - 1).ArrayOf().ToArbitrary(), order =>
        {
            var iptables = new FakeIptables();
            using var proxy = new IptablesProxy(iptables);
            foreach (var index in order)
            {
                Assert.Empty(proxy.Sync(tables[index]).Problems);
                AssertHolds(iptables, tables[index]);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_second_turn_writes_nothing_and_a_later_process_adopts_what_it_finds()
    {
        using var proxy = new IptablesProxy(_iptables);
        Assert.NotEqual(0, proxy.Sync(SampleTables.All["external"]).Changes);
        Assert.Equal(new ProxyOutcome(0, Drift: false, []), proxy.Sync(SampleTables.All["external"]));
        using var later = new IptablesProxy(_iptables);
        Assert.Equal(new ProxyOutcome(0, Drift: false, []), later.Sync(SampleTables.All["external"]));
    }

    [Fact]
    public void What_somebody_else_changed_is_found_and_repaired()
    {
        using var proxy = new IptablesProxy(_iptables);
        var table = SampleTables.All["cluster-ip"];
        proxy.Sync(table);
        _iptables.Restore(isV6: false, $"*nat\n:{ChainNames.Cluster(Seed.Name)} - [0:0]\n-D PREROUTING -m comment --comment \"kubernetes service portals\" -j KUBE-SERVICES\nCOMMIT\n");
        Assert.Equal(0, proxy.Sync(table).Changes);
        proxy.Doubt();
        var outcome = proxy.Sync(table);
        Assert.True(outcome.Drift);
        Assert.Equal(2, outcome.Changes);
        AssertHolds(_iptables, table);
        proxy.Doubt();
        Assert.Equal(new ProxyOutcome(0, Drift: false, []), proxy.Sync(table));
    }

    [Fact]
    public void A_jump_that_is_there_twice_stays_once()
    {
        using var proxy = new IptablesProxy(_iptables);
        proxy.Sync(SampleTables.All["seed"]);
        _iptables.Restore(isV6: false, "*nat\n-I OUTPUT -m comment --comment \"kubernetes service portals\" -j KUBE-SERVICES\nCOMMIT\n");
        proxy.Doubt();
        Assert.True(proxy.Sync(SampleTables.All["seed"]).Drift);
        AssertHolds(_iptables, SampleTables.All["seed"]);
    }

    [Fact]
    public void Removal_takes_everything_of_the_proxy_and_nothing_else()
    {
        const string Kubelet = "*nat\n:KUBE-KUBELET-CANARY - [0:0]\n-I PREROUTING -j KUBE-KUBELET-CANARY\nCOMMIT\n";
        _iptables.Restore(isV6: false, Kubelet);
        var before = _iptables.Save(isV6: false);
        using (var proxy = new IptablesProxy(_iptables))
            proxy.Sync(SampleTables.All["ipv6"]);
        using var later = new IptablesProxy(_iptables);
        later.Remove();
        Assert.Equal(before, _iptables.Save(isV6: false));
        later.Remove();
    }

    [Fact]
    public void A_rule_of_somebody_else_keeps_its_chain_but_nothing_in_it_and_is_named()
    {
        const string Foreign = "-p tcp -j KUBE-SERVICES", Gone = "-p udp -g KUBE-NODEPORTS";
        using var proxy = new IptablesProxy(_iptables);
        proxy.Sync(SampleTables.All["external"]);
        _iptables.Restore(isV6: false, $"*nat\n:THEIRS - [0:0]\n-A THEIRS {Foreign}\n-A THEIRS {Gone}\nCOMMIT\n");
        var error = Assert.Throws<IptablesException>(proxy.Remove);
        Assert.Contains($"iptables-fake -t nat -D THEIRS {Foreign}", error.Message, StringComparison.Ordinal);
        Assert.Contains($"iptables-fake -t nat -D THEIRS {Gone}", error.Message, StringComparison.Ordinal);
        var left = IptablesSaved.Parse(_iptables.Save(isV6: false), isV6: false).Table("nat");
        Assert.Equal(["KUBE-NODEPORTS", "KUBE-SERVICES"], left.Chains.Select(chain => chain.Name).Order());
        Assert.All(left.Chains, chain => Assert.Empty(chain.Rules));
        Assert.Empty(left.Jumps);
        Assert.DoesNotContain("KUBE-", _iptables.Save(isV6: true), StringComparison.Ordinal);

        _iptables.Restore(isV6: false, $"*nat\n-D THEIRS {Foreign}\n-D THEIRS {Gone}\nCOMMIT\n");
        proxy.Remove();
        Assert.DoesNotContain("KUBE-", _iptables.Save(isV6: false), StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_of_somebody_else_that_leads_to_an_endpoint_which_left_stops_nothing()
    {
        using var proxy = new IptablesProxy(_iptables);
        proxy.Sync(Table(Seed));
        var gone = ChainNames.Endpoint(Seed.Name, Seed.ClusterBackends[0]);
        _iptables.Restore(isV6: false, $"*nat\n:THEIRS - [0:0]\n-A THEIRS -j {gone}\nCOMMIT\n");
        proxy.Doubt();
        var fewer = Table(Seed with { ClusterBackends = Seed.ClusterBackends.Skip(1).ToEquatableArray() });
        Assert.Equal(new ProxyOutcome(2, Drift: false, []), proxy.Sync(fewer));
        AssertHolds(_iptables, fewer);
        proxy.Doubt();
        Assert.Equal(new ProxyOutcome(0, Drift: false, []), proxy.Sync(fewer));
    }

    [Fact]
    public void Nothing_is_read_back_while_nobody_else_has_changed_anything()
    {
        var iptables = new FakeIptables { IsNftables = true };
        using var proxy = new IptablesProxy(iptables, () => iptables.Generation);
        proxy.Sync(Table(Seed));
        proxy.Sync(SampleTables.All["external"]);
        var saves = iptables.Saves;
        proxy.Doubt();
        proxy.Sync(SampleTables.All["external"]);
        Assert.Equal(saves, iptables.Saves);

        iptables.Restore(isV6: false, "*nat\n:KUBE-SERVICES - [0:0]\nCOMMIT\n");
        proxy.Doubt();
        Assert.True(proxy.Sync(SampleTables.All["external"]).Drift);
        AssertHolds(iptables, SampleTables.All["external"]);
    }

    [Fact]
    public void A_port_that_the_kernel_refuses_is_named_and_the_others_are_served()
    {
        _iptables.Refuses = line => line.Contains("-m sctp", StringComparison.Ordinal);
        using var proxy = new IptablesProxy(_iptables);
        var table = SampleTables.All["cluster-ip"];
        var problem = Assert.Single(proxy.Sync(table).Problems);
        Assert.Equal("Service telecom/ss7", problem.Object);
        AssertHolds(_iptables, table with { Ports = table.Ports.Where(port => port.Name.Namespace != "telecom").ToEquatableArray() });
        _iptables.Refuses = _ => false;
        Assert.Empty(proxy.Sync(table).Problems);
        AssertHolds(_iptables, table);
    }

    [Fact]
    public void A_change_that_is_too_long_goes_in_parts()
    {
        var iptables = new FakeIptables { MostLines = IptablesParts.Lines + 1, IsNftables = true };
        using var proxy = new IptablesProxy(iptables, () => iptables.Generation);
        var many = Table([.. Enumerable.Range(1, 200).Select(number => Port($"shop/web-{number:D3}", $"10.96.1.{number}:80", [$"10.244.1.{number}:80", $"10.244.2.{number}:80"]))]);
        Assert.Empty(proxy.Sync(many).Problems);
        AssertHolds(iptables, many);
        var saves = iptables.Saves;
        proxy.Doubt();
        foreach (var table in new[] { many with { Ports = many.Ports.Skip(150).ToEquatableArray() }, many, SampleTables.All["external"], ServiceTable.Empty })
        {
            Assert.Equal(new ProxyOutcome(0, Drift: false, []), proxy.Sync(table) with { Changes = 0 });
            AssertHolds(iptables, table);
        }

        Assert.Equal(saves + 8, iptables.Saves);
        proxy.Sync(many);
        proxy.Remove();
        Assert.DoesNotContain("KUBE-", iptables.Save(isV6: false), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("iptables-nft-restore: line 3: RULE_APPEND failed (No such file or directory): rule in chain KUBE-A", "-A KUBE-A -j NONE")]
    [InlineData("iptables-restore: Couldn't load match `none':No such file or directory; Error occurred at line: 3", "-A KUBE-A -j NONE")]
    [InlineData("iptables-legacy-restore: line 4 failed", null)]
    [InlineData("iptables-legacy-restore: Another app is currently holding the xtables lock", null)]
    public void The_line_that_was_refused_is_told(string message, string? line) =>
        Assert.Equal(line, IptablesWriter.Refused(message, "*nat\n:KUBE-A - [0:0]\n-A KUBE-A -j NONE\nCOMMIT\n"));

    [Fact]
    public void A_kernel_that_takes_nothing_is_a_problem_of_the_setting()
    {
        _iptables.Refuses = _ => true;
        using var proxy = new IptablesProxy(_iptables);
        Assert.Equal("ProxyRefused", Assert.Single(proxy.Sync(SampleTables.All["seed"]).Problems).Reason);
    }

    private static void AssertHolds(FakeIptables iptables, ServiceTable table)
    {
        foreach (var isV6 in new[] { false, true })
        {
            var held = IptablesSaved.Parse(iptables.Save(isV6), isV6);
            Assert.Equal("", IptablesDiff.Between(held, new IptablesCompiler(isV6).Compile(table)).Text);
        }
    }
}
