using System.Net;
using System.Net.Sockets;
using Weft.Compilers.Pods;
using Weft.Compilers.Policies.Nftables;
using Weft.KernelTests.Nftables;
using Weft.KernelTests.Node;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Policies;
using Weft.Netlink;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;

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
            attachment == "ptp" || File.Exists($"/proc/sys/{BridgedPods.Sysctl}"),
            "the kernel has no br_netfilter (CONFIG_BRIDGE_NETFILTER, or its module is not loaded), so frames on a bridge pass no IP hook");
        await using var cluster = await PolicedCluster.StartAsync(attachment, nodes: 2);
        await AssertHeldAsync(cluster);
    }

    [Fact]
    [Trait("vm", "also")]
    public async Task Without_br_netfilter_a_table_of_the_bridge_family_holds_pods_on_one_bridge()
    {
        Assert.SkipUnless(TracksBridges, "the kernel has no nf_conntrack_bridge (CONFIG_NF_CONNTRACK_BRIDGE)");
        await using var cluster = await PolicedCluster.StartAsync("bridge", nodes: 2, hasBridgeNetfilter: false);
        await AssertHeldAsync(cluster);
        Assert.NotNull(cluster.Network.Nodes[0].Filter.ReadBack(NftPolicyProgram.Bridged).Ruleset.Find(NftPolicyProgram.Bridged));
    }

    [Fact]
    public async Task A_kernel_that_has_neither_is_reported_and_routed_pods_are_held_all_the_same()
    {
        Assert.SkipWhen(TracksBridges, "the kernel has nf_conntrack_bridge, so nothing is missing");
        await using var cluster = await PolicedCluster.StartAsync("bridge", nodes: 2, hasBridgeNetfilter: false);
        var (db, stranger) = (await cluster.AddPodAsync(cluster.Network.Nodes[0], "db", "db"), await cluster.AddPodAsync(cluster.Network.Nodes[1], "far-other", "other"));
        await cluster.IsolateAsync("db", "web");

        Assert.False(await PolicedCluster.PassesAsync(stranger, db, 80, expected: false));
        await cluster.UntilAsync(async () => (await cluster.Client.ListAsync<EventObject>()).Items.Any(report =>
            report is { Reason: "BridgeNotPoliced", InvolvedObject: { Kind: "Node", Name: "node1" } } && report.Message?.Contains("set cni to ptp", StringComparison.Ordinal) == true));
    }

    [Theory]
    [InlineData("ptp")]
    [InlineData("bridge")]
    public async Task Link_local_addresses_are_no_way_around_policies(string attachment)
    {
        using var cluster = new TestCluster(attachment, "auto", 0);
        await cluster.WithPodsAsync(2);
        var (pod, other) = (cluster.Nodes[0].Pods[0], cluster.Nodes[0].Pods[1]);
        Assert.True(await PolicedCluster.PassesAsync(pod, other, 80, expected: true, v6: true));

        var (where, target) = attachment == "ptp" ? (cluster.Nodes[0].Namespace, "veth") : (other.Namespace, "eth0");
        using var listener = where.Run(static () => new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp));
        listener.Bind(new IPEndPoint(IPAddress.IPv6Any, 7000));
        using var sender = pod.Namespace.Run(static () => new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp));
        using var stack = KernelNetworkStack.Open(pod.Namespace);
        var index = stack.Links().Single(link => link.Name == "eth0").Index;
        var addresses = LinkLocal(where, target);
        Assert.NotEmpty(addresses);
        for (var round = 0; round < 2; round++)
        {
            foreach (var address in addresses)
                sender.SendTo([1], new IPEndPoint(new IPAddress(address.ToIPAddress().GetAddressBytes(), index), 7000));

            // By the second round the neighbour is known; too short a wait overlooks a fault, it never invents one.
            await Task.Delay(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken);
        }

        sender.SendTo([2], new IPEndPoint((attachment == "ptp" ? cluster.Nodes[0].Addresses[1] : other.Addresses[1]).ToIPAddress(), 7000));

        // What was sent last arrives first: nothing of what was sent before did.
        listener.ReceiveTimeout = 60_000;
        var buffer = new byte[1];
        listener.Receive(buffer);
        Assert.Equal(2, buffer[0]);
    }

    private static List<IpAddress> LinkLocal(NetworkNamespace where, string device)
    {
        using var stack = KernelNetworkStack.Open(where);
        return [.. stack.Addresses().Where(each => each.Device.StartsWith(device, StringComparison.Ordinal) && each.Address is { IsV6: true, IsLinkLocal: true }).Select(each => each.Address)];
    }

    private static bool TracksBridges
    {
        get
        {
            using var somewhere = NetworkNamespace.Create();
            using var filter = somewhere.Run(static () => new KernelNftables());
            var pod = new PolicedPod(IpAddress.Parse("10.244.1.2"), "default", "db") { Ingress = new PolicyClass(PolicyDirection.Ingress) };
            try
            {
                filter.Apply(NftPolicyProgram.Adopt(null, withBridge: true).Plan(new PolicyTable { Pods = [pod] }));
                return true;
            }
            catch (NftException)
            {
                return false;
            }
        }
    }

    private static async Task AssertHeldAsync(PolicedCluster cluster)
    {
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
