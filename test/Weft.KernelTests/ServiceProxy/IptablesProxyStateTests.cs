using Weft.KernelTests.Services;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Services;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;
using Weft.Node.Proxy;
using Weft.Node.Proxy.Iptables;
using Weft.Tests.Targets;

namespace Weft.KernelTests.ServiceProxy;

/// <summary>The host's iptables prints what was written as it was written, so that a later process knows it again.</summary>
public sealed class IptablesProxyStateTests : IDisposable
{
    private readonly NetworkNamespace _node = NetworkNamespace.Create();

    public static TheoryData<string, string> Cases() =>
        new(SampleTables.All.Keys.Where(name => !Sctp(SampleTables.All[name])).SelectMany(name => new[] { ("nft", name), ("legacy", name) }));

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_later_process_adopts_what_it_finds_and_removes_it(string variant, string name)
    {
        IptablesVariant.SkipUnlessItWorks(variant);
        var table = SampleTables.All[name];
        var iptables = new NamespacedIptables(new IptablesCommands(variant), _node);
        using (var proxy = new IptablesProxy(iptables))
            Assert.Empty(proxy.Sync(table).Problems);

        using var later = new IptablesProxy(iptables);
        Assert.Equal(new ProxyOutcome(0, Drift: false, []), later.Sync(table));

        later.Remove();
        Assert.DoesNotContain("KUBE-", iptables.Save(isV6: false) + iptables.Save(isV6: true), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public void More_rules_than_one_message_holds_are_taken_changed_and_removed(string variant)
    {
        IptablesVariant.SkipUnlessItWorks(variant);
        var iptables = new NamespacedIptables(new IptablesCommands(variant), _node);
        using var proxy = new IptablesProxy(iptables);
        var many = TestPorts.Table(
            [.. Enumerable.Range(1, 250).Select(number => TestPorts.Port($"shop/web-{number:D3}", $"10.96.1.{number}:80", [$"10.244.1.{number}:80", $"10.244.2.{number}:80"]))]);
        foreach (var table in new[] { many, many with { Ports = many.Ports.Skip(200).ToEquatableArray() } })
        {
            Assert.Empty(proxy.Sync(table).Problems);
            using var later = new IptablesProxy(iptables);
            Assert.Equal(new ProxyOutcome(0, Drift: false, []), later.Sync(table));
        }

        proxy.Remove();
        Assert.DoesNotContain("KUBE-", iptables.Save(isV6: false), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public void What_somebody_elses_rule_leads_to_is_emptied_and_the_rest_removed(string variant)
    {
        IptablesVariant.SkipUnlessItWorks(variant);
        var iptables = new NamespacedIptables(new IptablesCommands(variant), _node);
        using var proxy = new IptablesProxy(iptables);
        proxy.Sync(SampleTables.All["external"]);
        iptables.Restore(isV6: false, "*nat\n:THEIRS - [0:0]\n-A THEIRS -p tcp -j KUBE-SERVICES\n-A THEIRS -p udp -g KUBE-NODEPORTS\nCOMMIT\n");
        var error = Assert.Throws<IptablesException>(proxy.Remove);
        Assert.Contains("-D THEIRS -p tcp -j KUBE-SERVICES", error.Message, StringComparison.Ordinal);
        var left = iptables.Save(isV6: false).Split('\n').Where(line => line.Contains("KUBE-", StringComparison.Ordinal)).Select(line => line.Split(" - ")[0]);
        Assert.Equal(["-A THEIRS -p tcp -j KUBE-SERVICES", "-A THEIRS -p udp -g KUBE-NODEPORTS", ":KUBE-NODEPORTS", ":KUBE-SERVICES"], left.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void While_nobody_else_changes_anything_nothing_is_read_back()
    {
        IptablesVariant.SkipUnlessItWorks("nft");
        using var filter = _node.Run(() => new KernelNftables());
        var iptables = new NamespacedIptables(new IptablesCommands("nft"), _node);
        using var proxy = new IptablesProxy(iptables, filter.Generation);
        foreach (var name in new[] { "seed", "ipv6", "external" })
            proxy.Sync(SampleTables.All[name]);
        var saves = iptables.Saves;
        proxy.Doubt();
        proxy.Sync(SampleTables.All["external"]);
        Assert.Equal(saves, iptables.Saves);
        filter.Apply(new NftBatch([new NftFlushChain(new NftTableId(NftFamily.Ip, "nat"), "KUBE-SERVICES")]));
        proxy.Doubt();
        Assert.True(proxy.Sync(SampleTables.All["external"]).Drift);
    }

    public void Dispose() => _node.Dispose();

    private static bool Sctp(ServiceTable table) => table.Ports.Any(port => port.Name.Protocol == L4Protocol.Sctp);
}
