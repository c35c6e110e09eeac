using Weft.Compilers.Services.Nftables;
using Weft.KernelTests.Node;
using Weft.KernelTests.ServiceProxy;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Netlink;
using Weft.Netlink.LinkLayer;
using Weft.Netlink.Namespaces;
using Weft.Node.Announcing;

namespace Weft.KernelTests.Announcing;

/// <summary>Load balancer addresses on a real link: a machine beside the nodes, which knows nothing of the cluster, finds them by ARP and neighbour discovery.</summary>
public sealed class AnnouncingTests
{
    private const int Client = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly IpAddress V4 = Underlay.V4(0, 200);
    private static readonly IpAddress V6 = Underlay.V6(0, 200);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_outside_finds_the_announcer_and_follows_when_another_node_takes_over(bool v6)
    {
        using var cluster = await ServiceCluster.StartAsync(static (node, table) =>
        {
            var program = NftServiceProgram.Adopt(node.Filter.ReadBack(NftServiceProgram.Tables));
            node.Filter.Apply(program.Plan(table));
            program.Commit();
        });
        using var client = NetworkNamespace.Create();
        using var network = KernelNetworkStack.Open(client);
        cluster.Underlay.Join(client, network, 0, Client);
        var address = v6 ? V6 : V4;
        cluster.Serve(
            new ServiceSpec { Type = "LoadBalancer", ExternalTrafficPolicy = "Local" },
            [new LoadBalancerIngress { Ip = V4.ToString() }, new LoadBalancerIngress { Ip = V6.ToString() }],
            cluster.Nodes.SelectMany(node => node.Pods));

        using (var first = new Announcer(cluster.Nodes[0]))
        {
            first.Serve(address);
            await AsksAsync(client, network, address, cluster.Nodes[0]);
        }

        using var second = new Announcer(cluster.Nodes[1]);
        second.Serve(address);
        await UntilAsync(() =>
        {
            second.Speak();
            return Neighbour(network, address) == second.Mac;
        });
        await AsksAsync(client, network, address, cluster.Nodes[1]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_takes_an_address_over_is_heard_by_who_had_it_and_answers_who_asks(bool v6)
    {
        using var cluster = new TestCluster("ptp", "auto", 0, 0);
        using var former = new Announcer(cluster.Nodes[0]);
        using var present = new Announcer(cluster.Nodes[1]);
        var address = v6 ? V6 : V4;
        former.Serve(address);
        present.Serve(address);

        Assert.Equal((address, present.Mac), await former.ClaimAfterAsync(present.Speak));

        // From now on the former one only asks.
        former.Forget();
        Assert.Equal((address, present.Mac), await former.ClaimAfterAsync(() => former.Packets.Probe(former.Address(address))));
        Assert.Equal(ClaimOutcome.Yielded, former.Set.Claim(address, certain: false));
        Assert.Empty(former.Set.Served);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_kernel_drops_what_concerns_other_addresses(bool v6)
    {
        using var cluster = new TestCluster("ptp", "auto", 0, 0);
        using var asking = new Announcer(cluster.Nodes[0]);
        var (ours, other) = v6 ? (V6, Underlay.V6(0, 201)) : (V4, Underlay.V4(0, 201));
        asking.Serve(ours, other);
        var node = cluster.Nodes[1];
        var link = node.Stack.FindLink("eth0")!.Index;
        IpPrefix[] blocks = [IpPrefix.Host(V4), IpPrefix.Host(V6)];
        using var socket = node.Namespace.Run(() => v6 ? PacketSocket.ForNeighbourDiscovery(link, blocks) : PacketSocket.ForArp(link, blocks));
        using var groups = node.Namespace.Run(() => new MulticastMembership());
        foreach (var address in v6 ? (IpAddress[])[ours, other] : [])
            groups.Join(link, NeighbourMessage.SolicitedNode(address));

        var buffer = new byte[2048];
        var length = 0;
        await UntilAsync(() =>
        {
            asking.Packets.Probe(asking.Address(other));
            asking.Packets.Probe(asking.Address(ours));
            return (length = socket.Receive(buffer, out _)) >= 0;
        });
        var target = v6
            ? NeighbourMessage.TryRead(buffer.AsSpan(0, length), out var message) ? message.Target : default
            : ArpPacket.TryRead(buffer.AsSpan(0, length), out var packet) ? packet.TargetIp : default;
        Assert.Equal(ours, target);
    }

    /// <summary>The Service answers by a pod of the node, which sees the client, and the node is the one whose hardware address the client learnt.</summary>
    private static async Task AsksAsync(NetworkNamespace client, KernelNetworkStack network, IpAddress address, TestNode node)
    {
        var (reached, seen) = await EchoServer.AskAsync(client, address, 80);
        Assert.Contains(reached, node.Pods.SelectMany(pod => pod.Addresses));
        Assert.Equal(address.IsV6 ? Underlay.V6(0, Client) : Underlay.V4(0, Client), seen);
        Assert.Equal(node.Stack.FindLink("eth0")!.Address, Neighbour(network, address));
    }

    private static MacAddress? Neighbour(KernelNetworkStack network, IpAddress address) =>
        network.Neighbours("eth0").FirstOrDefault(neighbour => neighbour.Address == address)?.HardwareAddress;

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!holds())
            await Task.Delay(20, limit.Token);
    }
}
