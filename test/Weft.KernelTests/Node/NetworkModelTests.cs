using Weft.Model;
using Weft.Model.Links;
using Weft.Netlink;

namespace Weft.KernelTests.Node;

/// <summary>The network model of Kubernetes, with real packets: who reaches whom, and under which address.</summary>
public sealed class NetworkModelTests
{
    public static TheoryData<string, string, int> Shapes() => new()
    {
        { "ptp", "auto", 0 },
        { "bridge", "auto", 0 },
        { "ptp", "vxlan", 0 },
        { "bridge", "vxlan", 0 },
        { "ptp", "auto", 1 },
        { "bridge", "auto", 1 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Pods_and_nodes_reach_each_other_under_their_own_addresses(string attachment, string overlay, int otherSubnet)
    {
        using var cluster = await new TestCluster(attachment, overlay, 0, otherSubnet).WithPodsAsync(2);
        foreach (var v6 in (bool[])[false, true])
        {
            foreach (var client in cluster.Pods)
            {
                foreach (var server in cluster.Pods.Where(pod => pod != client))
                    Assert.Equal(Of(client.Addresses, v6), Packet.SourceSeen(client.Namespace, server.Namespace, Of(server.Addresses, v6)));
                foreach (var node in cluster.Nodes)
                    Assert.Equal(Of(client.Addresses, v6), Packet.SourceSeen(client.Namespace, node.Namespace, Of(node.Addresses, v6)));
            }

            foreach (var node in cluster.Nodes)
            {
                foreach (var pod in cluster.Pods)
                    AssertOwn(node, pod, Packet.SourceSeen(node.Namespace, pod.Namespace, Of(pod.Addresses, v6)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Only_what_leaves_the_cluster_carries_the_nodes_address(string attachment, string overlay, int otherSubnet)
    {
        using var cluster = await new TestCluster(attachment, overlay, 0, otherSubnet).WithPodsAsync(1);
        foreach (var pod in cluster.Pods)
        {
            Assert.Equal(Of(pod.Node.Addresses, v6: false), Packet.SourceSeen(pod.Namespace, cluster.Underlay.Namespace, Underlay.OutsideV4));
            Assert.Equal(Of(pod.Node.Addresses, v6: true), Packet.SourceSeen(pod.Namespace, cluster.Underlay.Namespace, Underlay.OutsideV6));
        }
    }

    [Theory]
    [InlineData("ptp")]
    [InlineData("bridge")]
    public async Task Forged_source_addresses_are_dropped(string attachment)
    {
        using var cluster = await new TestCluster(attachment, "auto", 0, 0).WithPodsAsync(2);
        var (forger, neighbour) = (cluster.Nodes[0].Pods[0], cluster.Nodes[0].Pods[1]);
        foreach (var v6 in (bool[])[false, true])
        {
            foreach (var claimed in (IpAddress[])[Of(neighbour.Addresses, v6), Of(forger.Node.Addresses, v6), Of(cluster.Nodes[1].Pods[0].Addresses, v6), Random(v6)])
            {
                using var stack = KernelNetworkStack.Open(forger.Namespace);
                stack.AddAddress(new InterfaceAddress("lo", claimed, claimed.BitLength) { NoDad = v6 });
                foreach (var victim in cluster.Pods.Where(pod => pod != forger && !pod.Addresses.Contains(claimed)))
                    Assert.False(Packet.ArrivesFrom(claimed, forger.Namespace, victim.Namespace, Of(victim.Addresses, v6)), $"{claimed} arrived");
                stack.DeleteAddress(new InterfaceAddress("lo", claimed, claimed.BitLength));
            }

            Assert.NotNull(Packet.SourceSeen(forger.Namespace, neighbour.Namespace, Of(neighbour.Addresses, v6)));
        }
    }

    /// <summary>Another node is known by its InternalIP; a pod's own node may also speak as its gateway.</summary>
    private static void AssertOwn(TestNode node, TestPod pod, IpAddress? seen)
    {
        Assert.NotNull(seen);
        var gateway = pod.Node == node && node.PodRanges.Any(range => range.Contains(seen.Value)) && !node.Pods.Any(other => other.Addresses.Contains(seen.Value));
        Assert.True(gateway || node.Addresses.Contains(seen.Value), $"{pod.Addresses} of {pod.Node.Name} sees {node.Name} as {seen}");
    }

    private static IpAddress Of(EquatableArray<IpAddress> addresses, bool v6) => addresses.First(address => address.IsV6 == v6);

    private static IpAddress Random(bool v6) => IpAddress.Parse(v6 ? "2001:db8:77::7" : "203.0.113.7");
}
