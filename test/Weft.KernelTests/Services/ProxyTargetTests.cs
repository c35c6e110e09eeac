using Weft.Compilers.Services.Ipvs;
using Weft.Compilers.Services.Nftables;

namespace Weft.KernelTests.Services;

/// <summary>The proxy part of the agent with other targets than its own: going over to them and back, and what others do to their rules.</summary>
public sealed class ProxyTargetTests
{
    // Long enough that no test sees it: what is found is found at once.
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    [Fact]
    public async Task A_change_to_iptables_and_back_loses_no_new_connection()
    {
        await using var node = await ProxyAgentNode.StartAsync();
        SkipWithoutIptables(node);
        await ChangeAndBackAsync(node, "iptables");
        var left = NamespacedIptables.In(node.Namespace)!;
        await node.UntilAsync(() => !left.Save(isV6: false).Contains("KUBE-", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("vm", "only")]
    public async Task A_change_to_ipvs_and_back_loses_no_new_connection()
    {
        await using var node = await ProxyAgentNode.StartAsync();
        await ChangeAndBackAsync(node, "ipvs");
        await node.UntilAsync(() => node.Filter.ReadBack(IpvsPlan.Tables).Ruleset.Tables.Count == 0);
    }

    [Fact]
    public async Task What_others_do_to_iptables_rules_is_undone_at_once()
    {
        await using var node = await ProxyAgentNode.StartAsync(Never);
        SkipWithoutIptables(node);
        var iptables = NamespacedIptables.In(node.Namespace)!;
        Assert.SkipUnless(iptables.IsNftables, $"{iptables.Name} tells nobody of changes");
        var service = await node.CreateServiceAsync("web", "TCP");
        await node.SetProxyAsync("iptables");
        await node.UntilAsync(() => iptables.Save(isV6: false).Contains(":KUBE-SERVICES ", StringComparison.Ordinal));
        await node.UntilAsync(() => node.Filter.ReadBack(NftServiceProgram.Tables).Ruleset.Tables.Count == 0);

        iptables.Restore(isV6: false, "*filter\n:KUBE-SERVICES - [0:0]\nCOMMIT\n");
        await node.UntilAsync(() => node.Metric("weft_proxy_repairs_total") >= 1);
        Assert.Contains(service.Spec.ClusterIPs[0], iptables.Save(isV6: false), StringComparison.Ordinal);
    }

    private static void SkipWithoutIptables(ProxyAgentNode node) =>
        Assert.SkipUnless(NamespacedIptables.In(node.Namespace)?.Works == true, "no iptables command works here (Debian package iptables)");

    private static async Task ChangeAndBackAsync(ProxyAgentNode node, string proxy)
    {
        using var server = EchoServer.Tcp(node.Namespace, node.AddPodAddress(1));
        var service = await node.CreateServiceAsync("web", "TCP");
        await node.PutEndpointsAsync("web", "TCP", server.Address);
        await node.UntilProgrammedAsync();
        using var end = new CancellationTokenSource();
        var client = EchoServer.ConnectUntilAsync(node.Namespace, service, end.Token);
        await node.SetProxyAsync(proxy);
        await node.UntilAsync(() => node.Filter.ReadBack(NftServiceProgram.Tables).Ruleset.Tables.Count == 0);
        (await EchoServer.ConnectAsync(node.Namespace, service)).Dispose();
        await node.SetProxyAsync("nftables");
        await node.UntilProgrammedAsync();
        await node.UntilAsync(() => node.Metric("weft_proxy_problems") == 0);
        await end.CancelAsync();
        Assert.Equal(0, await client);
    }
}
