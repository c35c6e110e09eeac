using System.Diagnostics;
using System.Globalization;
using Weft.Compilers.Services.Nftables;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;

namespace Weft.KernelTests.Services;

/// <summary>How long it takes from a write of an EndpointSlice until the kernel has it. Explicit: the numbers are for people.</summary>
public sealed class ProxyMeasurements(ITestOutputHelper output)
{
    private const int Services = 5000;
    private const int Endpoints = 10;
    private const int Changes = 300;
    private const string Sum = "kubeproxy_sync_proxy_rules_duration_seconds_sum{ip_family=\"IPv4\"}";
    private const string Count = "kubeproxy_sync_proxy_rules_duration_seconds_count{ip_family=\"IPv4\"}";

    [Fact(Explicit = true)]
    public async Task One_endpoint_among_fifty_thousand_changes()
    {
        await using var node = await ProxyAgentNode.StartAsync();
        await node.StopAgentAsync();
        var slices = new EndpointSlice[Services];
        await Parallel.ForAsync(0, Services, async (i, _) => slices[i] = await CreateAsync(node, i));
        var clock = Stopwatch.StartNew();
        node.StartAgent();
        await node.UntilAsync(() => node.Metric("weft_proxy_ports") > Services);
        output.WriteLine($"programmed {clock.ElapsedMilliseconds} ms after the start, {Environment.WorkingSet >> 20} MiB of the test with its API server");

        var (times, fromEvent) = (new List<double>(), new List<double>());
        using var end = new CancellationTokenSource();
        var heard = 0L;
        var informer = new Informer<EndpointSlice>(node.Client);
        var listening = informer.RunAsync(end.Token);
        await informer.Synced;
        informer.OnObject((_, _) => Volatile.Write(ref heard, Stopwatch.GetTimestamp()));
        var (sum, count) = (node.Metric(Sum), node.Metric(Count));
        for (var i = 0; i < Changes; i++)
        {
            var number = Random.Shared.Next(Services);
            var before = node.Filter.Generation();
            var started = Stopwatch.GetTimestamp();
            var changed = slices[number] with { Endpoints = slices[number].Endpoints.Select((endpoint, index) => index == 3 ? endpoint with { Addresses = [Address(Services + i, 1)] } : endpoint).ToEquatableArray() };
            slices[number] = await node.Client.UpdateAsync(changed);
            while (node.Filter.Generation() == before)
                Thread.SpinWait(50);
            var programmed = Stopwatch.GetTimestamp();
            times.Add(Stopwatch.GetElapsedTime(started, programmed).TotalMilliseconds);
            await node.UntilAsync(() => Volatile.Read(ref heard) > started);
            fromEvent.Add(Stopwatch.GetElapsedTime(heard, programmed).TotalMilliseconds);
            await Task.Delay(Random.Shared.Next(20));
        }

        await end.CancelAsync();
        await listening;
        Tell("write to kernel", times);
        Tell("watch event to kernel", fromEvent);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"a turn takes {1000 * (node.Metric(Sum) - sum) / (node.Metric(Count) - count):F2} ms"));
        await node.StopAgentAsync();
        var (generation, again) = (node.Filter.Generation(), Stopwatch.StartNew());
        node.StartAgent();
        await node.UntilAsync(() => node.Metric("weft_proxy_ports") > Services);
        output.WriteLine($"a restart takes {again.ElapsedMilliseconds} ms and {node.Filter.Generation() - generation} transactions");
        var tables = node.Filter.ReadBack(NftServiceProgram.Tables).Ruleset.Tables;
        output.WriteLine($"{tables.Sum(table => table.Sets.Sum(set => set.Elements.Count))} elements");
    }

    private void Tell(string what, List<double> times)
    {
        times.Sort();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: p50 {times[Changes / 2]:F2} ms, p90 {times[Changes * 9 / 10]:F2} ms, p99 {times[Changes * 99 / 100]:F2} ms, max {times[^1]:F2} ms"));
    }

    private static async Task<EndpointSlice> CreateAsync(ProxyAgentNode node, int number)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"s{number}");
        await node.CreateServiceAsync(name, "TCP");
        return await node.Client.CreateAsync(new EndpointSlice
        {
            Metadata = new() { Name = name, Namespace = "default", Labels = StringMap.Of((EndpointSlice.ServiceNameLabel, name)) },
            AddressType = "IPv4",
            Ports = [new EndpointPort { Name = "", Port = 8080, Protocol = "TCP" }],
            Endpoints = [.. Enumerable.Range(1, Endpoints).Select(i => new Endpoint { Addresses = [Address(number, i)], Conditions = new() { Ready = true }, NodeName = "n2" })],
        });
    }

    private static string Address(int number, int host) => string.Create(CultureInfo.InvariantCulture, $"10.{number / 250 + 100}.{number % 250}.{host}");
}
