using Weft.KernelTests.Nftables;

namespace Weft.KernelTests.Policies.Agent;

/// <summary>Connections that stand when policies begin to deny them: cut or kept as the cluster's settings say, the others untouched.</summary>
[Collection(NftablesCollection.Name)]
public sealed class CutConnectionTests
{
    private const string Cut = "weft_policy_connections_cut_total";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Of what must not arrive nobody knows when it would have; too short a wait overlooks a fault, it never invents one.
    private static readonly TimeSpan Impatience = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task Denied_connections_are_cut_whoever_speaks_first_and_others_go_on()
    {
        await using var cluster = await PolicedCluster.StartAsync();
        var node = cluster.Network.Nodes[0];
        var (db, web, other) = (await cluster.AddPodAsync(node, "db", "db"), await cluster.AddPodAsync(node, "web", "web"), await cluster.AddPodAsync(node, "other", "other"));
        using var asking = Standing.Tcp(other, db, 80);
        using var telling = Standing.Tcp(other, db, 82);
        using var datagrams = Standing.Udp(other, db, 80);
        using var allowed = Standing.Tcp(web, db, 80);
        using var elsewhere = Standing.Tcp(other, web, 80);
        foreach (var each in (Standing[])[asking, telling, datagrams, allowed, elsewhere])
            Assert.True(await each.WorksAsync(Patience));

        await cluster.IsolateAsync("db", "web");
        await cluster.UntilAsync(() => Task.FromResult(cluster.Metric(node, Cut) >= 3));

        Assert.False(await asking.ReachesServerAsync(Impatience));
        Assert.False(await telling.ReachesClientAsync(Impatience));
        Assert.False(await datagrams.ReachesServerAsync(Impatience));
        Assert.True(await allowed.WorksAsync(Patience));
        Assert.True(await elsewhere.WorksAsync(Patience));
        Assert.Equal(3, cluster.Metric(node, Cut));
    }

    [Fact]
    public async Task They_are_kept_where_that_is_wanted_until_it_is_not()
    {
        await using var cluster = await PolicedCluster.StartAsync();
        var node = cluster.Network.Nodes[0];
        await cluster.SetAsync("policy-connections", "keep");
        var (db, other) = (await cluster.AddPodAsync(node, "db", "db"), await cluster.AddPodAsync(node, "other", "other"));
        using var kept = Standing.Tcp(other, db, 80);
        Assert.True(await kept.WorksAsync(Patience));

        await cluster.IsolateAsync("db", acceptedApp: null);
        Assert.False(await PolicedCluster.PassesAsync(other, db, 80, expected: false));
        Assert.True(await kept.WorksAsync(Patience));
        Assert.Equal(0, cluster.Metric(node, Cut));

        await cluster.SetAsync("policy-connections", "cut");
        await cluster.UntilAsync(() => Task.FromResult(cluster.Metric(node, Cut) == 1));
        Assert.False(await kept.ReachesServerAsync(Impatience));
    }

    [Fact]
    public async Task Policies_under_audit_cut_nothing()
    {
        await using var cluster = await PolicedCluster.StartAsync();
        var node = cluster.Network.Nodes[0];
        var (db, other) = (await cluster.AddPodAsync(node, "db", "db"), await cluster.AddPodAsync(node, "other", "other"));
        using var standing = Standing.Tcp(other, db, 80);
        Assert.True(await standing.WorksAsync(Patience));

        var policy = await cluster.IsolateAsync("db", acceptedApp: null, audited: true);
        Assert.True(await standing.WorksAsync(Patience));
        Assert.Equal(0, cluster.Metric(node, Cut));

        await cluster.Client.UpdateAsync(policy with { Metadata = policy.Metadata with { Annotations = default } });
        await cluster.UntilAsync(() => Task.FromResult(cluster.Metric(node, Cut) == 1));
        Assert.False(await standing.ReachesServerAsync(Impatience));
    }
}
