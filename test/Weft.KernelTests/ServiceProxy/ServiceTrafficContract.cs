using System.Net.Sockets;
using Weft.KernelTests.Node;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Links;
using Weft.Model.Services;
using Weft.Netlink.Namespaces;

namespace Weft.KernelTests.ServiceProxy;

/// <summary>What compiled Services do to real connections of both families, whichever target programs them.</summary>
public abstract class ServiceTrafficContract
{
    private static readonly TimeSpan Briefly = TimeSpan.FromMilliseconds(300);
    private static readonly ServiceSpec Plain = new();

    /// <summary>Makes a node serve a table, from whatever it served before.</summary>
    private protected abstract Action<TestNode, ServiceTable> Programmer();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cluster_ip_spreads_over_all_endpoints_which_see_the_client(bool v6)
    {
        using var cluster = await ServiceCluster.StartAsync(Programmer());
        var (client, other) = (cluster.Nodes[0].Pods[0], cluster.Nodes[0].Pods[1]);
        cluster.Serve(Plain, other, cluster.Nodes[1].Pods[0], cluster.Nodes[1].Pods[1]);
        var reached = new HashSet<IpAddress>();
        while (reached.Count < 3)
        {
            var answer = await EchoServer.AskAsync(client.Namespace, ClusterIp(v6), 80);
            Assert.Equal(ServiceCluster.Of(client.Addresses, v6), answer.Seen);
            reached.Add(answer.Reached);
        }

        var fromNode = await EchoServer.AskAsync(cluster.Nodes[0].Namespace, ClusterIp(v6), 80);
        Assert.Contains(fromNode.Reached, reached);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nobody_there_and_a_wrong_port_are_refused_at_once(bool v6)
    {
        using var cluster = await ServiceCluster.StartAsync(Programmer());
        var client = cluster.Nodes[0].Pods[0];
        cluster.Serve(Plain);
        foreach (var from in (NetworkNamespace[])[client.Namespace, cluster.Nodes[0].Namespace])
        {
            foreach (var port in (ushort[])[80, 81])
            {
                var refused = await Assert.ThrowsAsync<SocketException>(() => EchoServer.AskAsync(from, ClusterIp(v6), port));
                Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pod_reaches_itself_through_its_service(bool v6)
    {
        using var cluster = await ServiceCluster.StartAsync(Programmer());
        var pod = cluster.Nodes[0].Pods[0];
        cluster.Serve(Plain, pod);
        var (reached, seen) = await EchoServer.AskAsync(pod.Namespace, ClusterIp(v6), 80);
        Assert.Equal(ServiceCluster.Of(pod.Addresses, v6), reached);
        Assert.NotEqual(reached, seen);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_stays_with_its_endpoint(bool v6)
    {
        using var cluster = await ServiceCluster.StartAsync(Programmer());
        cluster.Serve(Plain with { SessionAffinity = "ClientIP" }, cluster.Nodes[0].Pods[1], cluster.Nodes[1].Pods[0], cluster.Nodes[1].Pods[1]);
        var client = cluster.Nodes[0].Pods[0].Namespace;
        var first = await EchoServer.AskAsync(client, ClusterIp(v6), 80);
        for (var i = 0; i < 12; i++)
            Assert.Equal(first, await EchoServer.AskAsync(client, ClusterIp(v6), 80));

        // Its endpoint leaves: it gets another one, and stays with that.
        cluster.Serve(Plain with { SessionAffinity = "ClientIP" }, cluster.Nodes.SelectMany(node => node.Pods).Skip(1).Where(pod => ServiceCluster.Of(pod.Addresses, v6) != first.Reached));
        var second = await EchoServer.AskAsync(client, ClusterIp(v6), 80);
        Assert.NotEqual(first.Reached, second.Reached);
        for (var i = 0; i < 12; i++)
            Assert.Equal(second, await EchoServer.AskAsync(client, ClusterIp(v6), 80));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Node_ports_hide_the_client_unless_traffic_stays_on_the_node(bool v6)
    {
        using var cluster = await ServiceCluster.StartAsync(Programmer());
        var outside = cluster.Underlay.Namespace;
        var (here, there) = (ServiceCluster.Of(cluster.Nodes[0].Addresses, v6), ServiceCluster.Of(cluster.Nodes[1].Addresses, v6));
        var pod = cluster.Nodes[1].Pods[0];
        cluster.Serve(Plain with { Type = "NodePort" }, pod);
        Assert.Equal((ServiceCluster.Of(pod.Addresses, v6), here), await EchoServer.AskAsync(outside, here, 30080));

        cluster.Serve(Plain with { Type = "NodePort", ExternalTrafficPolicy = "Local" }, pod);
        var client = v6 ? IpAddress.Parse("fd30::1") : IpAddress.Parse("172.30.0.1");
        Assert.Equal((ServiceCluster.Of(pod.Addresses, v6), client), await EchoServer.AskAsync(outside, there, 30080));
        await Assert.ThrowsAsync<OperationCanceledException>(() => EchoServer.AskAsync(outside, here, 30080, Briefly));
    }

    [Theory]
    [InlineData(false, "Cluster")]
    [InlineData(true, "Cluster")]
    [InlineData(false, "Local")]
    [InlineData(true, "Local")]
    public async Task Pods_and_the_node_reach_any_endpoint_whatever_the_external_policy_is(bool v6, string internalPolicy)
    {
        using var cluster = await ServiceCluster.StartAsync(Programmer());
        var balancer = IpAddress.Parse(v6 ? "2001:db8:113::1" : "203.0.113.1");
        var (node, pod) = (cluster.Nodes[0], cluster.Nodes[1].Pods[0]);
        var spec = Plain with { Type = "LoadBalancer", ExternalTrafficPolicy = "Local", InternalTrafficPolicy = internalPolicy };
        cluster.Serve(spec, [new LoadBalancerIngress { Ip = balancer.ToString() }], pod);
        foreach (var (address, port) in new[] { (balancer, (ushort)80), (ServiceCluster.Of(node.Addresses, v6), (ushort)30080) })
        {
            var (reached, seen) = await EchoServer.AskAsync(node.Pods[0].Namespace, address, port);
            Assert.Equal((ServiceCluster.Of(pod.Addresses, v6), ServiceCluster.Of(node.Pods[0].Addresses, v6)), (reached, seen));
            Assert.Equal(ServiceCluster.Of(pod.Addresses, v6), (await EchoServer.AskAsync(node.Namespace, address, port)).Reached);
        }

        // An endpoint of the node's own is no better for them than any other one.
        cluster.Serve(spec, [new LoadBalancerIngress { Ip = balancer.ToString() }], pod, node.Pods[1]);
        var all = new HashSet<IpAddress>();
        while (all.Count < 2)
            all.Add((await EchoServer.AskAsync(node.Pods[0].Namespace, balancer, 80)).Reached);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_nodes_own_connections_keep_their_address(bool v6)
    {
        using var cluster = await ServiceCluster.StartAsync(Programmer());
        var node = cluster.Nodes[0];
        var own = IpAddress.Parse(v6 ? "fd99::1" : "172.29.0.1");
        node.Stack.AddAddress(new InterfaceAddress("lo", own, v6 ? (byte)128 : (byte)32));
        cluster.Serve(Plain, node.Pods[0]);
        Assert.Equal(own, (await EchoServer.AskAsync(node.Namespace, ClusterIp(v6), 80, source: own)).Seen);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_program_that_listens_on_every_address_of_the_node_does_not_listen_on_virtual_ones(bool v6)
    {
        using var cluster = await ServiceCluster.StartAsync(Programmer());
        var node = cluster.Nodes[0];
        var balancer = IpAddress.Parse(v6 ? "2001:db8:113::1" : "203.0.113.1");
        cluster.Serve(Plain with { Type = "LoadBalancer" }, [new LoadBalancerIngress { Ip = balancer.ToString() }], cluster.Nodes[1].Pods[0]);
        using var program = new EchoServer(node.Namespace);
        foreach (var from in (NetworkNamespace[])[node.Pods[0].Namespace, node.Namespace])
        {
            var refused = await Assert.ThrowsAsync<SocketException>(() => EchoServer.AskAsync(from, ClusterIp(v6), EchoServer.Port));
            Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        }

        // Beside the ranges of Services: where no target made the address the node's own, the packet goes where the routes lead it.
        await Assert.ThrowsAnyAsync<Exception>(() => EchoServer.AskAsync(node.Namespace, balancer, EchoServer.Port, Briefly));
        Assert.Equal(ServiceCluster.Of(node.Addresses, v6), (await EchoServer.AskAsync(node.Pods[0].Namespace, ServiceCluster.Of(node.Addresses, v6), EchoServer.Port)).Reached);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_load_balancer_address_is_for_the_given_clients_only(bool v6)
    {
        using var cluster = await ServiceCluster.StartAsync(Programmer());
        var address = v6 ? "2001:db8:113::1" : "203.0.113.1";
        var (pod, client) = (cluster.Nodes[1].Pods[0], cluster.Nodes[0].Pods[0]);
        var spec = Plain with { Type = "LoadBalancer", LoadBalancerSourceRanges = [IpPrefix.Host(ServiceCluster.Of(client.Addresses, v6)).ToString()] };
        cluster.Serve(spec, [new LoadBalancerIngress { Ip = address }], pod);
        Assert.Equal(ServiceCluster.Of(pod.Addresses, v6), (await EchoServer.AskAsync(client.Namespace, IpAddress.Parse(address), 80)).Reached);
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => EchoServer.AskAsync(cluster.Nodes[0].Pods[1].Namespace, IpAddress.Parse(address), 80, Briefly));
    }

    private static IpAddress ClusterIp(bool v6) => IpAddress.Parse(v6 ? "fd96::1" : "10.96.0.1");
}
