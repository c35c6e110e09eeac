using System.Net;
using Weft.ApiServer;
using Weft.Compilers.Clusters;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;
using Weft.Model.Links;
using Weft.Model.Nftables;
using Weft.Model.Nodes;
using Weft.Model.Routes;
using Weft.Netlink;
using Weft.Netlink.Nftables;
using Weft.Node;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.KernelTests.Node;

/// <summary>The whole agent, against an API server and the kernel of the namespace that the tests run in.</summary>
public sealed class AgentTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly IpPrefix PeerPods = IpPrefix.Parse("10.200.2.0/24");

    [Fact]
    public async Task An_agent_programs_its_node_reports_it_repairs_it_and_leaves_it_in_place()
    {
        var folder = Directory.CreateTempSubdirectory("weft-agent-");
        using var network = KernelNetworkStack.Open();
        network.ChangeLink("lo", new LinkChange { Up = true });
        network.CreateVeth(new VethSpec("agent0", "agent1"));
        network.AddAddress(new InterfaceAddress("agent0", IpAddress.Parse("172.29.0.2"), 24));
        await using var server = await ApiServerHost.StartAsync(
            new ApiServerOptions { StateDirectory = folder.FullName, Listen = [new IPEndPoint(IPAddress.Loopback, 0)] }, CancellationToken.None);
        var access = new KubeConfig
        {
            Server = new Uri($"https://127.0.0.1:{server.Endpoints[0].Port}"),
            CertificateAuthority = server.CaCertificatePem,
            Token = server.AdminToken,
        };
        using var client = new KubeClient(access);
        await CreateNodeAsync(client, "agent-a", "10.200.1.0/24", "172.29.0.2");
        await CreateNodeAsync(client, "agent-b", PeerPods.ToString(), "172.29.0.3");
        using var stop = new CancellationTokenSource();
        var options = new NodeAgentOptions { KubeConfig = access, NodeName = "agent-a", CniConfDir = Path.Combine(folder.FullName, "net.d"), CniBinDir = folder.FullName };

        var agent = NodeAgent.RunAsync(options, stop.Token);
        await UntilAsync(agent, async () => (await ConditionAsync(client))?.Reason == "WeftIsUp");
        Assert.Equal("False", (await ConditionAsync(client))!.Status);
        Assert.True(File.Exists(Path.Combine(options.CniConfDir, CniFile.Name)));
        Assert.Single(Ours(network));

        Assert.True(network.DeleteRoute(Ours(network).Single()));
        await UntilAsync(agent, () => Task.FromResult(Ours(network).Count == 1));
        using (var filter = new KernelNftables())
        {
            filter.Apply(new NftBatch([new NftDeleteTable(NodeTables.Masquerade)]));
            await UntilAsync(agent, () => Task.FromResult(filter.ReadBack(NodeTables.All).Ruleset.Tables.Count == 1));
        }

        await client.CreateAsync(new ConfigMap
        {
            Metadata = new() { Name = ClusterSettingsParser.Name, Namespace = ClusterSettingsParser.Namespace },
            Data = StringMap.Of(("cni-conf", "{ not json")),
        });
        await UntilAsync(agent, async () => (await client.ListAsync<EventObject>()).Items.Any(report => report is { Reason: "InvalidCniConf", InvolvedObject.Kind: "ConfigMap" }));
        Assert.Contains("ptp", await File.ReadAllTextAsync(Path.Combine(options.CniConfDir, CniFile.Name)), StringComparison.Ordinal);

        await stop.CancelAsync();
        await agent.WaitAsync(Patience);
        Assert.Single(Ours(network));
        network.DeleteLink("agent0");
        folder.Delete(recursive: true);
    }

    private static async Task CreateNodeAsync(KubeClient client, string name, string pods, string address)
    {
        var node = new KubeNode { Metadata = new() { Name = name }, Spec = new() { PodCIDR = pods, PodCIDRs = [pods] } };
        var created = await client.CreateAsync(node);
        await client.UpdateStatusAsync(created with { Status = new() { Addresses = [new NodeAddress("InternalIP", address)] } });
    }

    private static async Task<Condition?> ConditionAsync(KubeClient client) =>
        (await client.GetAsync<KubeNode>(null, "agent-a")).Status.Conditions.Find("NetworkUnavailable");

    private static IReadOnlyList<Route> Ours(KernelNetworkStack network) => network.Routes(new RouteFilter { Protocol = RouteIds.Protocol });

    private static async Task UntilAsync(Task agent, Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await holds())
        {
            if (agent.IsCompleted)
                await agent;
            await Task.Delay(20, limit.Token);
        }
    }
}
