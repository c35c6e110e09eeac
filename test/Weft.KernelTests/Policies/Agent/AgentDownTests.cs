using Weft.Cni.Protocol;
using Weft.KernelTests.Nftables;
using Weft.KernelTests.Node;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.KernelTests.Policies.Agent;

/// <summary>What holds while a node's agent is away, and what an agent that comes back makes of it.</summary>
[Collection(NftablesCollection.Name)]
public sealed class AgentDownTests
{
    [Theory]
    [InlineData("ptp", false, false)]
    [InlineData("ptp", true, false)]
    [InlineData("ptp", false, true)]
    public async Task Policies_stay_in_force_pods_wait_or_start_isolated_and_get_theirs_when_the_agent_is_back(string attachment, bool isKilled, bool isChained)
    {
        if (isKilled)
            WeftProcess.NeedsBuild();
        await using var cluster = await PolicedCluster.StartAsync(attachment, hasProcesses: isKilled, isChained: isChained);
        var node = cluster.Network.Nodes[0];
        var (db, web) = (await cluster.AddPodAsync(node, "db", "db"), await cluster.AddPodAsync(node, "web", "web"));
        await cluster.IsolateAsync("db", "web");
        await AssertHeldAsync(web, db);

        await cluster.StopAgentAsync(node);
        await AssertHeldAsync(web, db);

        var waiting = await cluster.CreatePodAsync(node, "waiting", "db");
        var refused = await Assert.ThrowsAsync<CniException>(() => cluster.AttachAsync(node, waiting));
        Assert.Equal(CniErrorCode.TryAgainLater, refused.Code);
        var isolated = await cluster.CreatePodAsync(node, "isolated", "db");
        var attached = await cluster.AttachAsync(node, isolated, withoutAgent: "isolate");
        Assert.False(await PolicedCluster.PassesAsync(attached, web, 80, expected: false));
        Assert.False(await PolicedCluster.PassesAsync(web, attached, 80, expected: false));

        await cluster.StartAgentAsync(node);
        await cluster.ShowAsync(isolated, attached);
        Assert.True(await PolicedCluster.PassesAsync(attached, web, 80, expected: true));
        await cluster.UntilEnforcedAsync();
        await AssertHeldAsync(web, attached);
        await AssertHeldAsync(web, db);
        await AssertHeldAsync(web, await cluster.AttachAsync(node, waiting));
    }

    [Fact]
    public async Task A_pod_that_runs_keeps_its_policies_when_the_agent_starts_anew_before_the_status_shows_its_address()
    {
        await using var cluster = await PolicedCluster.StartAsync();
        var node = cluster.Network.Nodes[0];
        var web = await cluster.AddPodAsync(node, "web", "web");
        await cluster.IsolateAsync("db", "web");
        var db = await cluster.AttachAsync(node, await cluster.CreatePodAsync(node, "db", "db"));
        await AssertHeldAsync(web, db);

        await cluster.StopAgentAsync(node);
        await cluster.StartAgentAsync(node);
        await cluster.UntilAsync(() => Task.FromResult(cluster.Metric(node, "weft_policy_turns_total") > 0));
        await AssertHeldAsync(web, db);
    }

    [Fact]
    public async Task A_pod_of_the_same_name_gets_its_own_policies_and_nothing_of_its_predecessors_address()
    {
        await using var cluster = await PolicedCluster.StartAsync();
        var node = cluster.Network.Nodes[0];
        var web = await cluster.AddPodAsync(node, "web", "web");
        await cluster.IsolateAsync("db", "web");
        var first = await cluster.CreatePodAsync(node, "db-0", "db");
        var former = await cluster.AttachAsync(node, first);
        await AssertHeldAsync(web, former);

        await cluster.DetachAsync(former);
        await cluster.Client.DeleteAsync<Pod>(PolicedCluster.Space, "db-0", new DeleteOptions { GracePeriodSeconds = 0 });
        await cluster.UntilAsync(async () => await cluster.Client.TryGetAsync<Pod>(PolicedCluster.Space, "db-0") is null);
        var second = await cluster.CreatePodAsync(node, "db-0", "other");
        await cluster.UntilEnforcedAsync();
        var later = await cluster.AttachAsync(node, second);
        Assert.True(await PolicedCluster.PassesAsync(web, later, 81, expected: true));
        await cluster.ShowAsync(second, later);
        await cluster.UntilEnforcedAsync();
    }

    /// <summary>The database accepts the web on 80 and nothing else.</summary>
    private static async Task AssertHeldAsync(TestPod web, TestPod db)
    {
        Assert.True(await PolicedCluster.PassesAsync(web, db, 80, expected: true));
        Assert.False(await PolicedCluster.PassesAsync(web, db, 81, expected: false));
    }
}
