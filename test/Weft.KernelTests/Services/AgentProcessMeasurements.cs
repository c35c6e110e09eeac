using System.Diagnostics;
using System.Globalization;
using System.Net;
using Weft.ApiServer;
using Weft.KernelTests.Nftables;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Lab;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Nftables;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.KernelTests.Services;

/// <summary>The same for the agent as a process of its own: from the moment that a watcher hears of a slice until the kernel has it. Explicit: the numbers are for people.</summary>
[Collection(NftablesCollection.Name)]
public sealed class AgentProcessMeasurements(ITestOutputHelper output) : IDisposable
{
    private const int Services = 5000;
    private const int Endpoints = 10;
    private const int Changes = 1000;
    private readonly KernelNftables _filter = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("weft-measure-").FullName;

    [Fact(Explicit = true)]
    public async Task One_endpoint_among_fifty_thousand_changes()
    {
        await using var server = await ApiServerHost.StartAsync(
            new ApiServerOptions { StateDirectory = _folder, Listen = [new IPEndPoint(IPAddress.Loopback, 0)] }, CancellationToken.None);
        var kubeconfig = Path.Combine(_folder, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, server.Kubeconfig($"https://{server.Endpoints[0]}", "measure"));
        using var client = new KubeClient(KubeConfig.Load(kubeconfig));
        await client.CreateAsync(new KubeNode { Metadata = new() { Name = "n1" }, Spec = new() { PodCIDR = "10.244.1.0/24", PodCIDRs = ["10.244.1.0/24"] } });
        var slices = new EndpointSlice[Services];
        await Parallel.ForAsync(0, Services, async (i, _) => slices[i] = await CreateAsync(client, i));
        using var agent = Process.Start(
            Installation.Current.Dotnet,
            [Installation.Current.WeftDll, "node", "run", "--kubeconfig", kubeconfig, "--node-name", "n1", "--cni-conf-dir", Path.Combine(_folder, "net.d"), "--proxy-health-port", "0"]);
        try
        {
            var start = Stopwatch.StartNew();
            await UntilProgrammedAsync(agent);
            output.WriteLine($"programmed within {start.ElapsedMilliseconds} ms of the start of the process");
            Tell(await ChangeAsync(client, slices, agent));
            foreach (var line in File.ReadLines($"/proc/{agent.Id}/status").Where(line => line.StartsWith("VmRSS", StringComparison.Ordinal) || line.StartsWith("VmHWM", StringComparison.Ordinal)))
                output.WriteLine(line);
        }
        finally
        {
            agent.Kill();
            await agent.WaitForExitAsync();
        }
    }

    public void Dispose()
    {
        var present = _filter.ReadBack().Ruleset.Tables;
        _filter.Apply(new NftBatch(present.Select(NftOperation (table) => new NftDeleteTable(table.Id)).ToEquatableArray()));
        _filter.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Looks only when something has changed: a look takes its time of the kernel's.</summary>
    private async Task UntilProgrammedAsync(Process agent)
    {
        for (uint seen = 0; ; await Task.Delay(2))
        {
            Assert.False(agent.HasExited);
            var now = _filter.Generation();
            if (now != seen && Elements() >= Services * Endpoints)
                return;
            seen = now;
        }
    }

    private async Task<List<double>> ChangeAsync(KubeClient client, EndpointSlice[] slices, Process agent)
    {
        using var end = new CancellationTokenSource();
        var heard = 0L;
        var informer = new Informer<EndpointSlice>(client);
        var listening = informer.RunAsync(end.Token);
        await informer.Synced;
        informer.OnObject((_, _) => Volatile.Write(ref heard, Stopwatch.GetTimestamp()));
        var times = new List<double>();
        for (var i = 0; i < Changes; i++)
        {
            var number = Random.Shared.Next(Services);
            var before = _filter.Generation();
            Volatile.Write(ref heard, 0);
            var moved = slices[number].Endpoints.ToArray();
            moved[3] = moved[3] with { Addresses = [Address(Services + i, 1)] };
            slices[number] = await client.UpdateAsync(slices[number] with { Endpoints = moved.ToEquatableArray() });
            while (_filter.Generation() == before && !agent.HasExited)
                Thread.Yield();
            var programmed = Stopwatch.GetTimestamp();
            while (Volatile.Read(ref heard) == 0)
                await Task.Delay(1);
            times.Add(Stopwatch.GetElapsedTime(heard, programmed).TotalMilliseconds);
            await Task.Delay(Random.Shared.Next(20));
        }

        await end.CancelAsync();
        await listening;
        return times;
    }

    private void Tell(List<double> times)
    {
        times.Sort();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"watch event to kernel: p50 {times[Changes / 2]:F2} ms, p90 {times[Changes * 9 / 10]:F2} ms, p99 {times[Changes * 99 / 100]:F2} ms, max {times[^1]:F2} ms"));
    }

    private int Elements() => _filter.ReadBack(Weft.Compilers.Services.Nftables.NftServiceProgram.Tables).Ruleset.Tables.Sum(table => table.FindSet("backends")?.Elements.Count ?? 0);

    private static async Task<EndpointSlice> CreateAsync(KubeClient client, int number)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"s{number}");
        await client.CreateAsync(new Service { Metadata = new() { Name = name, Namespace = "default" }, Spec = new() { Type = "ClusterIP", Ports = [new ServicePort { Port = 80 }] } });
        return await client.CreateAsync(new EndpointSlice
        {
            Metadata = new() { Name = name, Namespace = "default", Labels = StringMap.Of((EndpointSlice.ServiceNameLabel, name)) },
            AddressType = "IPv4",
            Ports = [new EndpointPort { Name = "", Port = 8080, Protocol = "TCP" }],
            Endpoints = Enumerable.Range(1, Endpoints).Select(i => new Endpoint { Addresses = [Address(number, i)], Conditions = new() { Ready = true, Serving = true }, NodeName = "n2", Zone = "z" }).ToEquatableArray(),
        });
    }

    private static string Address(int number, int host) => string.Create(CultureInfo.InvariantCulture, $"10.{(number / 250) + 100}.{number % 250}.{host}");
}
