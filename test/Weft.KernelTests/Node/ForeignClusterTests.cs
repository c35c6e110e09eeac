using System.Net;
using System.Net.Sockets;
using Weft.Compilers.Services.Nftables;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model.Nodes;
using Weft.Netlink;
using Weft.Netlink.Namespaces;

namespace Weft.KernelTests.Node;

/// <summary>Agents in a cluster that they know by a kubeconfig only: an API server of its own process, podCIDRs and EndpointSlices that others wrote.</summary>
public sealed class ForeignClusterTests
{
    private const int Master = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Agents_with_a_client_certificate_serve_nodes_and_services_that_others_describe_and_leave_nothing_behind()
    {
        WeftProcess.NeedsBuild();
        var folder = Directory.CreateTempSubdirectory("weft-foreign-");
        using var underlay = new Underlay();
        using var own = KernelNetworkStack.Open();
        using (var here = NetworkNamespace.Current())
            underlay.Join(here, own, 0, Master);
        var kubeconfig = Path.Combine(folder.FullName, "kubeconfig");
        await using var server = WeftProcess.Start(null, "api-server", "--ephemeral", "--listen", $"{Underlay.V4(0, Master)}:6443", "--kubeconfig", kubeconfig, "--client-certificate", "agent,nodes");
        await UntilAsync(server, () => Task.FromResult(server.Said.Contains("kubeconfig ", StringComparison.Ordinal)));
        using var client = new KubeClient(KubeConfig.Load(kubeconfig));
        using var left = new TestNode(underlay, 1, 0);
        using var right = new TestNode(underlay, 2, 0);
        await using var first = await StartAgentAsync(client, left, kubeconfig);
        await using var second = await StartAgentAsync(client, right, kubeconfig);
        await UntilAsync(first, () => IsUpAsync(client, left));
        await UntilAsync(second, () => IsUpAsync(client, right));

        var (pod, peer) = (await left.AddPodAsync(), await right.AddPodAsync());
        Assert.Equal(pod.Addresses[0], Packet.SourceSeen(pod.Namespace, peer.Namespace, peer.Addresses[0]));
        using var listener = Listen(peer.Namespace);
        var address = await CreateServiceAsync(client, peer, ((IPEndPoint)listener.LocalEndPoint!).Port);
        await UntilAsync(first, () => Task.FromResult(Connects(pod.Namespace, address)));

        Assert.Equal(0, await first.StopAsync());
        await using var cleanup = WeftProcess.Start(left.Namespace, "node", "cleanup", "--cni-conf-dir", left.ConfDir);
        Assert.True(await EndAsync(cleanup), cleanup.Said);
        Assert.Empty(left.Stack.Routes(new RouteFilter { Protocol = RouteIds.Protocol }));
        Assert.Empty(left.Filter.ReadBack([NodeTables.Masquerade, .. NftServiceProgram.Tables]).Ruleset.Tables);
        Assert.Null(left.Configuration);
        Assert.Equal(0, await second.StopAsync());
        Assert.Equal(0, await server.StopAsync());
        own.DeleteLink("eth0");
        folder.Delete(recursive: true);
    }

    private static async Task<WeftProcess> StartAgentAsync(KubeClient client, TestNode node, string kubeconfig)
    {
        var created = await client.CreateAsync(node.Object with { Status = new() });
        await client.UpdateStatusAsync(created with { Status = node.Object.Status });
        return WeftProcess.Start(node.Namespace, "node", "run", "--kubeconfig", kubeconfig, "--node-name", node.Name, "--cni-conf-dir", node.ConfDir, "--cni-bin-dir", node.ConfDir);
    }

    private static async Task<bool> IsUpAsync(KubeClient client, TestNode node) =>
        (await client.GetAsync<Weft.Kubernetes.Node>(null, node.Name)).Status.Conditions.Find("NetworkUnavailable")?.Reason == "WeftIsUp";

    /// <summary>A Service without a selector, and a slice as some other controller writes it.</summary>
    private static async Task<IPAddress> CreateServiceAsync(KubeClient client, TestPod pod, int port)
    {
        var service = await client.CreateAsync(new Service { Metadata = new() { Name = "echo", Namespace = "default" }, Spec = new() { Ports = [new ServicePort { Port = 80, Protocol = "TCP" }] } });
        await client.CreateAsync(new EndpointSlice
        {
            Metadata = new()
            {
                Name = "echo-by-hand",
                Namespace = "default",
                Labels = StringMap.Of((EndpointSlice.ServiceNameLabel, "echo"), (EndpointSlice.ManagedByLabel, "somebody.example.com")),
            },
            AddressType = "IPv4",
            Endpoints = [new Endpoint { Addresses = [pod.Addresses[0].ToString()], NodeName = pod.Node.Name, Conditions = new() { Ready = true } }],
            Ports = [new EndpointPort { Name = "", Port = port, Protocol = "TCP" }],
        });
        return IPAddress.Parse(service.Spec.ClusterIP!);
    }

    private static Socket Listen(NetworkNamespace where) => where.Run(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        socket.Listen();
        return socket;
    });

    private static bool Connects(NetworkNamespace where, IPAddress address) => where.Run(() =>
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(new IPEndPoint(address, 80));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    });

    private static async Task<bool> EndAsync(WeftProcess process)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!process.HasEnded)
            await Task.Delay(20, limit.Token);
        return await process.StopAsync() == 0;
    }

    private static async Task UntilAsync(WeftProcess process, Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await holds())
        {
            Assert.False(process.HasEnded || limit.IsCancellationRequested, process.Said);
            await Task.Delay(50);
        }
    }
}
