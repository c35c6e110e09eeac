using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Weft.Cli.Commands;
using Weft.Cli.Output;
using Weft.Kubernetes.Client;
using Weft.Lab;
using Weft.Lab.Control;
using Weft.Lab.Host;
using Weft.Lab.Supervision;

namespace Weft.Cli.Up;

/// <summary>One run of <c>weft up</c>: manifests are read first, then the lab is started, filled and waited for.</summary>
internal static class UpRun
{
    /// <returns>0 when everything is Ready; 1 when an object was refused or is not Ready in time: the rest keeps running.</returns>
    public static async Task<int> RunAsync(UpPlan plan, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        using var progress = new Progress();
        progress.Say("reading manifests …");
        var manifests = await ManifestSources.ReadAsync(plan.Files, ct);
        var lab = LabDirectory.Of(plan.Spec.Name);
        using var mutex = LabLock.Take(lab);

        var kept = lab.ReadSpec() is { Keep: true };
        var started = await StartAsync(lab, plan.Spec, progress, ct);
        var refused = 0;
        var waiting = (string?)null;
        try
        {
            using var client = new KubeClient(KubeConfig.Load(lab.Kubeconfig, context: null));
            if (!started)
                await ChangeAsync(client, lab, plan.Spec, ct);
            waiting = await Readiness.WaitForNodesAsync(client, plan.Spec.Nodes, plan.Wait, progress.Say, ct);
            progress.Say("applying manifests …");
            refused = await ManifestApplier.ApplyAsync(client, manifests, progress.Keep, ct);
            await PublishAsync(lab, plan.Publish, ct);
            waiting ??= await Readiness.WaitAsync(client, plan.Spec.Nodes, plan.Wait, progress.Say, ct);
        }
        catch (OperationCanceledException) when (started)
        {
            progress.Keep("interrupted: stopping what was started");
            await LabLauncher.StopAsync(lab);
            lab.Remove(keepStore: kept);
            throw;
        }

        progress.Dispose();
        await ReportAsync(lab, clock.Elapsed, waiting, ct);
        return refused == 0 && waiting is null ? 0 : 1;
    }

    private static async Task<bool> StartAsync(LabDirectory lab, LabSpec spec, Progress progress, CancellationToken ct)
    {
        if (lab.ReadProcess() is { } process && HostProcess.IsAlive(process))
        {
            var differences = lab.ReadSpec()!.DifferencesFrom(spec).ToArray();
            if (differences.Length > 0)
                throw new LabException($"lab '{lab.Name}' runs with {string.Join(' ', differences)} otherwise: `weft down` first, or give another --name");
            return false;
        }

        progress.Say($"starting {spec.Nodes} nodes …");
        var kept = lab.ReadSpec() is { Keep: true } former ? former : null;
        if (Directory.Exists(lab.Path))
            lab.Remove(keepStore: kept is not null);
        try
        {
            await LabLauncher.StartAsync(lab, spec with { ApiPort = kept?.ApiPort ?? 0 }, ct);
            return true;
        }
        catch
        {
            lab.Remove(keepStore: kept is not null);
            throw;
        }
    }

    // What may change while a lab runs.
    private static async Task ChangeAsync(KubeClient client, LabDirectory lab, LabSpec spec, CancellationToken ct)
    {
        var former = lab.ReadSpec()!;
        if (former.Proxy == spec.Proxy)
            return;
        var changed = former with { Proxy = spec.Proxy };
        await ClusterConfiguration.WriteAsync(client, changed, ct);
        lab.Write(changed);
    }

    private static async Task PublishAsync(LabDirectory lab, IReadOnlyList<PublishRequest> requests, CancellationToken ct)
    {
        foreach (var request in requests)
        {
            using var listener = new Socket(request.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                listener.Bind(request.Listen);
                listener.Listen(512);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                if (await IsPublishedAsync(lab, request, ct))
                    continue;
                throw new LabException($"--publish {request.Listen}: the port is in use on this host; choose another", e);
            }

            await ControlClient.AskAsync(lab, new ControlRequest(ControlVerb.Publish) { Target = request.Target }, listener, ct);
        }
    }

    private static async Task<bool> IsPublishedAsync(LabDirectory lab, PublishRequest request, CancellationToken ct)
    {
        var status = await StatusCommand.ReadAsync(lab, ct);
        return status.Clusters[0].Published.Any(port => port.Address == request.Listen.ToString() && port.Target == request.Target);
    }

    private static async Task ReportAsync(LabDirectory lab, TimeSpan elapsed, string? waiting, CancellationToken ct)
    {
        var status = await StatusCommand.ReadAsync(lab, ct);
        var cluster = status.Clusters[0];
        StatusCommand.PrintNodes(cluster);
        StatusCommand.PrintPods(cluster);
        Console.WriteLine();
        foreach (var port in cluster.Published)
            Console.WriteLine($"http://{port.Address} leads to {port.Target}");
        var suffix = lab.Name == "lab" ? "" : $" --name {lab.Name}";
        Console.WriteLine($"kubectl --kubeconfig {lab.Kubeconfig} get pods -A -o wide");
        if (cluster.Pods.FirstOrDefault(pod => pod.Ready) is { } pod)
            Console.WriteLine($"weft exec{suffix} -n {pod.Namespace} {pod.Name} -- ip addr");
        Console.WriteLine($"weft probe{suffix}");
        var seconds = elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        await Console.Error.WriteLineAsync(
            waiting is null ? $"lab '{lab.Name}' is up after {seconds} s; `weft down{suffix}` ends it" : $"error: not everything is Ready after {seconds} s: {waiting}");
    }
}
