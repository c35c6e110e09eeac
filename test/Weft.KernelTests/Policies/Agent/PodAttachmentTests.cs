using Weft.KernelTests.Nftables;
using Weft.KernelTests.Node;

namespace Weft.KernelTests.Policies.Agent;

/// <summary>Policies between pods of one node and of two, routed and behind a bridge, by real packets.</summary>
[Collection(NftablesCollection.Name)]
public sealed class PodAttachmentTests
{
    private const byte Tcp = 6, Udp = 17;

    [Theory]
    [InlineData("ptp")]
    [InlineData("bridge")]
    public async Task Pods_are_held_to_policies_on_one_node_and_across_nodes_by_either_family(string attachment)
    {
        Assert.SkipUnless(
            attachment == "ptp" || File.Exists("/proc/sys/net/bridge/bridge-nf-call-iptables"),
            "the kernel has no br_netfilter (CONFIG_BRIDGE_NETFILTER), so frames on a bridge pass no IP hook");
        await using var cluster = await PolicedCluster.StartAsync(attachment, nodes: 2);
        var (first, second) = (cluster.Network.Nodes[0], cluster.Network.Nodes[1]);
        var db = await cluster.AddPodAsync(first, "db", "db");
        TestPod[] friends = [await cluster.AddPodAsync(first, "near-web", "web"), await cluster.AddPodAsync(second, "far-web", "web")];
        TestPod[] strangers = [await cluster.AddPodAsync(first, "near-other", "other"), await cluster.AddPodAsync(second, "far-other", "other")];
        await cluster.IsolateAsync("db", "web");

        foreach (var v6 in (bool[])[false, true])
        {
            foreach (var protocol in (byte[])[Tcp, Udp])
            {
                foreach (var friend in friends)
                {
                    Assert.True(await PolicedCluster.PassesAsync(friend, db, 80, expected: true, protocol, v6), $"{friend.Addresses} to 80, protocol {protocol}, IPv6 {v6}");
                    Assert.False(await PolicedCluster.PassesAsync(friend, db, 81, expected: false, protocol, v6), $"{friend.Addresses} to 81, protocol {protocol}, IPv6 {v6}");
                }

                foreach (var stranger in strangers)
                {
                    Assert.False(await PolicedCluster.PassesAsync(stranger, db, 80, expected: false, protocol, v6), $"{stranger.Addresses}, protocol {protocol}, IPv6 {v6}");
                    Assert.True(await PolicedCluster.PassesAsync(db, stranger, 80, expected: true, protocol, v6), $"to {stranger.Addresses}, protocol {protocol}, IPv6 {v6}");
                }
            }
        }
    }
}
