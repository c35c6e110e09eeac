using System.Net;
using System.Net.Sockets;
using Weft.KernelTests.Nftables;
using Weft.KernelTests.Node;
using Weft.Model;
using Weft.Netlink;

namespace Weft.KernelTests.Policies.Agent;

/// <summary>A pod between its interface and its policies, in the kernel, with an agent that takes its time.</summary>
[Collection(NftablesCollection.Name)]
public sealed class StartingPodTests
{
    // Of what must not arrive nobody knows when it would have; too short a wait overlooks a fault, it never invents one.
    private static readonly TimeSpan Impatience = TimeSpan.FromMilliseconds(100);

    /// <summary>What the second pod of the first node gets.</summary>
    private static readonly IpAddress Expected = IpAddress.Parse("10.244.1.3");

    [Theory]
    [InlineData("ptp", false)]
    [InlineData("ptp", true)]
    [InlineData("bridge", false)]
    public async Task Nobody_on_the_node_reaches_a_pod_before_the_agent_has_answered(string attachment, bool isChained)
    {
        await using var cluster = await PolicedCluster.StartAsync(attachment, isChained: isChained);
        var node = cluster.Network.Nodes[0];
        var web = await cluster.AddPodAsync(node, "web", "web");
        await cluster.StopAgentAsync(node);
        File.Delete(cluster.Socket(node));
        using var agent = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        agent.Bind(new UnixDomainSocketEndPoint(cluster.Socket(node)));
        agent.Listen();

        var pod = await cluster.CreatePodAsync(node, "db", "db");
        var attaching = Task.Run(() => cluster.AttachAsync(node, pod), TestContext.Current.CancellationToken);
        using var asked = await agent.AcceptAsync(TestContext.Current.CancellationToken);
        await cluster.UntilAsync(() => Task.FromResult(HasInterface(node.Pods[^1])));
        using var server = Open(node.Pods[^1]);
        server.Bind(new IPEndPoint(IPAddress.Any, 80));
        using (var client = Open(web))
            client.SendTo("early"u8.ToArray(), new IPEndPoint(Expected.ToIPAddress(), 80));
        Assert.False(await HearsAsync(server));
        Assert.False(attaching.IsCompleted);

        await asked.SendAsync("{}\n"u8.ToArray(), TestContext.Current.CancellationToken);
        var attached = await attaching;
        Assert.Equal(Expected, attached.Addresses[0]);

        // Out of its isolation only the real agent lets a pod.
        Assert.Equal(!isChained, await PolicedCluster.PassesAsync(web, attached, 81, expected: !isChained));
    }

    private static Socket Open(TestPod pod) => pod.Namespace.Run(static () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));

    private static bool HasInterface(TestPod pod)
    {
        using var stack = KernelNetworkStack.Open(pod.Namespace);
        return stack.FindLink("eth0") is not null;
    }

    private static async Task<bool> HearsAsync(Socket server)
    {
        using var wait = new CancellationTokenSource(Impatience);
        try
        {
            await server.ReceiveAsync(new byte[16], wait.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
