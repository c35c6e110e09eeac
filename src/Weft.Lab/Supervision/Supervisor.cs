using System.Net;
using Weft.ApiServer;
using Weft.Kubernetes.Client;
using Weft.Lab.Control;
using Weft.Lab.Controllers;
using Weft.Lab.Publishing;
using Weft.Model;

namespace Weft.Lab.Supervision;

/// <summary>The inside of a lab: API server, controllers, nodes, pod runners, agents, and the control socket.</summary>
/// <remarks>It runs as root of the lab's user namespace, in the network namespace that is the underlay: outside of the cluster.</remarks>
public static class Supervisor
{
    /// <summary>The port of the API server on the underlay; Kubernetes' usual one.</summary>
    public const int ApiPort = 6443;

    private static readonly TimeSpan FolderCheck = TimeSpan.FromSeconds(2);

    /// <summary>Runs a lab until it is cancelled.</summary>
    /// <param name="directory">The lab's folder, with its specification.</param>
    /// <param name="apiFd">A listening socket of the host's loopback, inherited.</param>
    /// <param name="ct">Ends the lab.</param>
    /// <returns>0, or 1 when the lab could not be started; the reason then lies in the lab's error file.</returns>
    public static async Task<int> RunAsync(LabDirectory directory, int apiFd, CancellationToken ct)
    {
        try
        {
            await RunLabAsync(directory, apiFd, ct).ConfigureAwait(false);
            return 0;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync(e.ToString()).ConfigureAwait(false);
            LabDirectory.Write(directory.ErrorFile, e.Message);
            return 1;
        }
    }

    private static async Task RunLabAsync(LabDirectory directory, int apiFd, CancellationToken ct)
    {
        var spec = directory.ReadSpec() ?? throw new LabException($"{directory.SpecFile} is missing");
        var underlay = Underlay.Create(LabRanges.Parse(spec.UnderlayCidr));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var cluster = new Cluster(directory, spec, underlay);
        await using var api = await StartApiAsync(directory, spec, underlay, cluster, apiFd, ct).ConfigureAwait(false);
        using var client = new KubeClient(KubeConfig.Load(directory.NodeKubeconfig, context: null));
        using var publisher = new Publisher((target, token) => PublishedTarget.Parse(target).ResolveAsync(cluster, client, token));
        await ClusterConfiguration.WriteAsync(client, spec, ct).ConfigureAwait(false);

        var parts = new List<Task> { LabControllers.RunAsync(client, ControllerOptionsOf(spec), ending.Token) };
        parts.AddRange(cluster.Run(client, ending.Token));
        using var control = new ControlServer(directory.ControlSocket, new ControlAnswers(cluster, client, publisher).AnswerAsync);
        parts.Add(control.RunAsync(ending.Token));
        parts.Add(WhileItsFolderStandsAsync(directory, ending.Token));
        await EndTogetherAsync(parts, ending).ConfigureAwait(false);
    }

    private static async Task<ApiServerHost> StartApiAsync(
        LabDirectory directory, LabSpec spec, Underlay underlay, Cluster cluster, int apiFd, CancellationToken ct)
    {
        var endpoints = underlay.Gateways.Select(gateway => new IPEndPoint(gateway.ToIPAddress(), ApiPort)).ToArray();
        var host = await ApiServerHost.StartAsync(
            new ApiServerOptions
            {
                DatabasePath = spec.Ephemeral ? null : directory.Database,
                StateDirectory = directory.Path,
                ListenHandle = (ulong)apiFd,
                Listen = endpoints,
                ServiceCidrs = [.. LabRanges.Parse(spec.ServiceCidr).Select(range => range.ToString())],
                ClusterDns = true,
                AdvertiseEndpoint = endpoints[0],
                PodRuntime = cluster,
                PodEvictionTimeout = spec.PodEvictionTimeout,
            },
            ct).ConfigureAwait(false);
        LabDirectory.Write(directory.Kubeconfig, host.Kubeconfig($"https://127.0.0.1:{spec.ApiPort}", spec.Name));
        LabDirectory.Write(directory.NodeKubeconfig, ForPrograms(host.Kubeconfig($"https://{endpoints[0]}", spec.Name)));
        return host;
    }

    // As JSON: an agent that reads no YAML weighs 3 MB less.
    private static string ForPrograms(string kubeconfig) => Manifests.LoadDocument(kubeconfig, "kubeconfig").ToJsonString();

    private static ControllerOptions ControllerOptionsOf(LabSpec spec) => new()
    {
        PodCidrs = LabRanges.Parse(spec.PodCidr),
        ServiceCidrs = LabRanges.Parse(spec.ServiceCidr),
        LoadBalancerRanges = [.. spec.LbRangeOrDefault.Split(',').Select(IpRange.Parse)],
        NodeCidrMaskSizeV4 = LabRanges.NodeLengthV4,
        NodeCidrMaskSizeV6 = LabRanges.NodeLengthV6,
        NodeMonitorGracePeriod = spec.NodeMonitorGracePeriod,
        DefaultToleration = spec.PodEvictionTimeout,
    };

    // Without its folder nobody could find the lab to stop it, so it stops itself.
    private static async Task WhileItsFolderStandsAsync(LabDirectory directory, CancellationToken ct)
    {
        while (File.Exists(directory.SpecFile))
            await Task.Delay(FolderCheck, ct).ConfigureAwait(false);
    }

    // A part that ends takes the lab with it: half a lab would only puzzle.
    private static async Task EndTogetherAsync(List<Task> parts, CancellationTokenSource ending)
    {
        var first = await Task.WhenAny(parts).ConfigureAwait(false);
        await ending.CancelAsync().ConfigureAwait(false);
        await first.ConfigureAwait(false);
    }
}
