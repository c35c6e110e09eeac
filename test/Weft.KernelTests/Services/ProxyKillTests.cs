using System.Diagnostics;
using System.Globalization;
using System.Net;
using Weft.ApiServer;
using Weft.Compilers.Services;
using Weft.Compilers.Services.Nftables;
using Weft.KernelTests.Nftables;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Lab;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Nftables;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.KernelTests.Services;

/// <summary>The agent as the process that it is, killed at any moment.</summary>
[Collection(NftablesCollection.Name)]
public sealed class ProxyKillTests : IDisposable
{
    private const int Changes = 1000;
    private const int Services = 40;
    private const string NodeName = "killed";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly KernelNftables _filter = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("weft-kill-").FullName;
    private readonly Random _random = new(20_26);
    private readonly Dictionary<int, EndpointSlice> _slices = [];

    [Fact]
    public async Task Killed_at_any_moment_of_a_thousand_changes_the_agent_ends_with_what_the_objects_ask_for()
    {
        Assert.SkipUnless(File.Exists(Installation.Current.WeftDll), "there is no installation to run the agent from: build it with ./build.sh");
        await using var server = await ApiServerHost.StartAsync(
            new ApiServerOptions { StateDirectory = _folder, Listen = [new IPEndPoint(IPAddress.Loopback, 0)] }, CancellationToken.None);
        var kubeconfig = Path.Combine(_folder, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, server.Kubeconfig($"https://{server.Endpoints[0]}", "kill"));
        using var client = new KubeClient(KubeConfig.Load(kubeconfig));
        await client.CreateAsync(new KubeNode { Metadata = new() { Name = NodeName }, Spec = new() { PodCIDR = "10.244.1.0/24", PodCIDRs = ["10.244.1.0/24"] } });
        for (var i = 0; i < Services; i++)
            await CreateAsync(client, i);

        var agent = Start(kubeconfig);
        try
        {
            for (var changes = 0; changes < Changes;)
            {
                await UntilAtWorkAsync(client, agent);
                var burst = _random.Next(Changes / 20, Changes / 5);
                for (var i = 0; i < burst; i++)
                    await ChangeAsync(client, _random.Next(Services));
                changes += burst;

                // Where it is hit depends on the machine, as it would in life; where the changes lead does not.
                agent.Kill();
                await agent.WaitForExitAsync();
                agent.Dispose();
                agent = Start(kubeconfig);
            }

            await UntilProgrammedAsync(client, agent);
        }
        finally
        {
            agent.Kill();
            await agent.WaitForExitAsync();
            agent.Dispose();
        }
    }

    public void Dispose()
    {
        var present = _filter.ReadBack().Ruleset.Tables;
        _filter.Apply(new NftBatch(present.Select(NftOperation (table) => new NftDeleteTable(table.Id)).ToEquatableArray()));
        _filter.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Process Start(string kubeconfig) => Process.Start(
        Installation.Current.Dotnet,
        [
            Installation.Current.WeftDll, "node", "run", "--kubeconfig", kubeconfig, "--node-name", NodeName,
            "--cni-conf-dir", Path.Combine(_folder, "net.d"), "--proxy-health-port", "0",
        ]);

    private async Task CreateAsync(KubeClient client, int number)
    {
        var protocol = number % 4 == 0 ? "UDP" : "TCP";
        await client.CreateAsync(new Service
        {
            Metadata = new() { Name = Name(number), Namespace = "default" },
            Spec = new() { Type = number % 3 == 0 ? "NodePort" : "ClusterIP", Ports = [new ServicePort { Port = 80, Protocol = protocol }] },
        });
        _slices[number] = await client.CreateAsync(new EndpointSlice
        {
            Metadata = new() { Name = Name(number), Namespace = "default", Labels = StringMap.Of((EndpointSlice.ServiceNameLabel, Name(number))) },
            AddressType = "IPv4",
            Ports = [new EndpointPort { Name = "", Port = 8080, Protocol = protocol }],
        });
    }

    /// <summary>Another number of endpoints, some of them ready.</summary>
    private async Task ChangeAsync(KubeClient client, int number) => _slices[number] = await client.UpdateAsync(_slices[number] with
    {
        Endpoints = Enumerable.Range(1, _random.Next(12))
            .Select(i => new Endpoint { Addresses = [string.Create(CultureInfo.InvariantCulture, $"10.244.{number}.{i}")], Conditions = new() { Ready = _random.Next(4) > 0 } })
            .ToEquatableArray(),
    });

    /// <summary>Makes changes until the kernel's state moves.</summary>
    private async Task UntilAtWorkAsync(KubeClient client, Process agent)
    {
        using var limit = new CancellationTokenSource(Patience);
        for (var before = _filter.Generation(); _filter.Generation() == before;)
        {
            Assert.False(agent.HasExited);
            await ChangeAsync(client, _random.Next(Services));
            await Task.Delay(20, limit.Token);
        }
    }

    private async Task UntilProgrammedAsync(KubeClient client, Process agent)
    {
        var table = ServiceCompiler.CompileOnce(await ProxyAgentNode.SnapshotAsync(client), NodeName).Table;
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var missing = NftServiceProgram.Adopt(_filter.ReadBack(NftServiceProgram.Tables)).Plan(table);
            if (missing.IsEmpty)
                return;
            Assert.False(agent.HasExited);
            if (limit.IsCancellationRequested)
                Assert.Fail($"after {Patience.TotalSeconds} s there is still to do:\n{missing}");
            await Task.Delay(20);
        }
    }

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"s{number}");
}
